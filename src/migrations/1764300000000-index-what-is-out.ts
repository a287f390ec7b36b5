import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds `movie_rent_id > 0` to the condition of the index of open lines, so that only queries with this condition
 * use it. If nothing was out at the last ANALYZE, PostgreSQL took the index for empty and scanned it for each copy.
 */
export class IndexWhatIsOut1764300000000 implements MigrationInterface {
  readonly name = 'IndexWhatIsOut1764300000000';

  up(queryRunner: QueryRunner): Promise<void> {
    return indexOpenLines(queryRunner, 'returned_datetime IS NULL AND movie_rent_id > 0');
  }

  down(queryRunner: QueryRunner): Promise<void> {
    return indexOpenLines(queryRunner, 'returned_datetime IS NULL');
  }
}

async function indexOpenLines(queryRunner: QueryRunner, where: string): Promise<void> {
  if (queryRunner.connection.options.type === 'postgres') await queryRunner.query('SET LOCAL statement_timeout = 0');
  await queryRunner.query('DROP INDEX ix_movie_rent_detail_open_lines');
  await queryRunner.query(
    `CREATE INDEX ix_movie_rent_detail_open_lines ON movie_rent_detail (movie_rent_id) WHERE ${where}`,
  );
}
