import sqlite3 from 'sqlite3';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';

/** Reads what a service's database holds, past the service. */
export class Witness {
  private constructor(private readonly dataSource: DataSource) {}

  static async at(url: string): Promise<Witness> {
    const options = { ...dataSourceOptions(url), migrations: [], flags: sqlite3.OPEN_READONLY };
    return new Witness(await new DataSource(options as DataSourceOptions).initialize());
  }

  rows<Row extends object>(sql: string): Promise<Row[]> {
    return this.dataSource.query<Row[]>(sql);
  }

  leave(): Promise<void> {
    return this.dataSource.destroy();
  }

  /** The rows that no shop could have come to, whatever was done to it. */
  async unsound(): Promise<object[]> {
    const offenders = await Promise.all(unsound.map((sql) => this.rows(sql)));
    if (this.dataSource.options.type === 'sqlite') {
      const [verdict] = await this.rows<{ integrity_check: string }>('PRAGMA integrity_check');
      if (verdict?.integrity_check !== 'ok') offenders.push([verdict!]);
      offenders.push(await this.rows('PRAGMA foreign_key_check'));
    }
    return offenders.flat();
  }
}

const unsound = [
  `SELECT movie_copy_id AS copy_in_two_hands FROM movie_rent_detail WHERE COALESCE(returned_datetime, lost_datetime) IS NULL
   GROUP BY movie_copy_id HAVING COUNT(*) > 1`,
  `SELECT id AS rent_without_lines FROM movie_rent
   WHERE NOT EXISTS (SELECT 1 FROM movie_rent_detail WHERE movie_rent_id = movie_rent.id)`,
  `SELECT id AS line_returned_before_it_was_lent FROM movie_rent_detail WHERE COALESCE(returned_datetime, lost_datetime) < lent_datetime`,
];
