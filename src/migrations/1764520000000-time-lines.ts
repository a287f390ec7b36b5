import type { MigrationInterface, QueryRunner } from 'typeorm';
import { inSpans } from './support/in-spans.js';
import { rebuildTable } from './support/rebuild-table.js';

const table = 'movie_rent_detail';

/**
 * The time of lending of an existing line: the creation of its rental or, if the copy was on another rental then, the
 * return from that rental, because the line was added later.
 */
const lentDatetime = `COALESCE(
  (SELECT MAX(other.returned_datetime)
   FROM movie_rent_detail AS other JOIN movie_rent AS other_rent ON other_rent.id = other.movie_rent_id
   WHERE other.movie_copy_id = line.movie_copy_id AND other.id <> line.id
     AND other.returned_datetime > rent.creation_datetime
     AND (line.returned_datetime IS NULL OR (
       other_rent.creation_datetime < line.returned_datetime AND (
         other.returned_datetime < line.returned_datetime
         OR (other.returned_datetime = line.returned_datetime AND other.id < line.id))))),
  rent.creation_datetime,
  line.returned_datetime,
  '1970-01-01T00:00:00.000Z')`;

/** Adds the time of lending to each line of a rental. */
export class TimeLines1764520000000 implements MigrationInterface {
  readonly name = 'TimeLines1764520000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    if (queryRunner.connection.options.type === 'postgres') await addColumn(queryRunner);
    else await addColumnByRebuild(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN lent_datetime`);
  }
}

async function addColumn(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query('SET LOCAL statement_timeout = 0');
  await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN lent_datetime varchar(24) COLLATE "C"`);
  await inSpans(queryRunner, table, (after, upTo) =>
    queryRunner.query(
      `UPDATE ${table} SET lent_datetime = timed.lent_datetime
       FROM (SELECT line.id, ${lentDatetime} AS lent_datetime
             FROM ${table} AS line LEFT JOIN movie_rent AS rent ON rent.id = line.movie_rent_id
             WHERE line.id > $1 AND line.id <= $2) AS timed
       WHERE ${table}.id = timed.id`,
      [after, upTo],
    ),
  );
  await queryRunner.query(`ALTER TABLE ${table} ALTER COLUMN lent_datetime SET NOT NULL`);
}

async function addColumnByRebuild(queryRunner: QueryRunner): Promise<void> {
  const [view] = (await queryRunner.query(`SELECT sql FROM sqlite_schema WHERE name = 'loan'`)) as [{ sql: string }];
  await queryRunner.query('DROP VIEW loan');
  await rebuildTable(queryRunner, {
    table,
    redefine: (sql) => sql.replace(', CONSTRAINT', ', "lent_datetime" varchar(24) NOT NULL, CONSTRAINT'),
    values: { lent_datetime: lentDatetime },
    join: 'LEFT JOIN movie_rent AS rent ON rent.id = line.movie_rent_id',
  });
  await queryRunner.query(view.sql);
}
