import type { MigrationInterface, QueryRunner } from 'typeorm';
import { inSpans } from './support/in-spans.js';
import { rebuildTable } from './support/rebuild-table.js';
import { disableStatementTimeout, isPostgres } from './support/text-keys.js';

const table = 'movie_rent_detail';
const rentOfLine = 'LEFT JOIN movie_rent AS rent ON rent.id = line.movie_rent_id';
const simpleReference = {
  name: 'fk_movie_rent_detail_movie_rent_id',
  definition: 'FOREIGN KEY ("movie_rent_id") REFERENCES "movie_rent" ("id") ON DELETE RESTRICT',
};
/** Its parent key needs a unique index, which replaces the index of rentals by client. */
const referenceWithClient = {
  name: 'fk_movie_rent_detail_movie_rent_id_client_id',
  definition:
    'FOREIGN KEY ("movie_rent_id", "client_id") REFERENCES "movie_rent" ("id", "client_id") ' +
    'ON DELETE RESTRICT ON UPDATE CASCADE',
};

/**
 * Repeats the client of a rental on its lines, so that the open lines of a client can have an index. The foreign key
 * keeps the two equal.
 */
export class RepeatClientOnLines1764590000000 implements MigrationInterface {
  readonly name = 'RepeatClientOnLines1764590000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await disableStatementTimeout(queryRunner);
    await queryRunner.query('DROP VIEW loan');
    await queryRunner.query('DROP INDEX ix_movie_rent_client_id');
    await queryRunner.query('CREATE UNIQUE INDEX ix_movie_rent_client_id_id ON movie_rent (client_id, id)');
    if (isPostgres(queryRunner)) {
      await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN client_id integer`);
      await inSpans(queryRunner, table, (after, upTo) =>
        queryRunner.query(
          `UPDATE ${table} AS line SET client_id = rent.client_id FROM movie_rent AS rent
           WHERE rent.id = line.movie_rent_id AND line.id > $1 AND line.id <= $2`,
          [after, upTo],
        ),
      );
      await queryRunner.query(`ALTER TABLE ${table} ALTER COLUMN client_id SET NOT NULL`);
      await replaceReference(queryRunner, simpleReference, referenceWithClient);
    } else {
      await rebuildTable(queryRunner, {
        table,
        redefine: (sql) =>
          withReference(sql, simpleReference, referenceWithClient).replace(
            ', CONSTRAINT',
            ', "client_id" integer NOT NULL, CONSTRAINT',
          ),
        // A line without a rental keeps violating the foreign key, as `npm run verify` reports.
        values: { client_id: 'COALESCE(rent.client_id, 0)' },
        join: rentOfLine,
      });
    }
    await createLoanView(queryRunner, 'movie_rent.client_id');
    await queryRunner.query(
      `CREATE INDEX ix_movie_rent_detail_open_lines_of_client ON ${table} (client_id)
       WHERE returned_datetime IS NULL AND client_id > 0`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await disableStatementTimeout(queryRunner);
    await queryRunner.query('DROP VIEW loan');
    await queryRunner.query('DROP INDEX ix_movie_rent_detail_open_lines_of_client');
    if (isPostgres(queryRunner)) {
      await replaceReference(queryRunner, referenceWithClient, simpleReference);
      await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN client_id`);
    } else {
      await rebuildTable(queryRunner, {
        table,
        redefine: (sql) =>
          withReference(sql, referenceWithClient, simpleReference).replace(', "client_id" integer NOT NULL', ''),
      });
    }
    await queryRunner.query('DROP INDEX ix_movie_rent_client_id_id');
    await queryRunner.query('CREATE INDEX ix_movie_rent_client_id ON movie_rent (client_id)');
    await createLoanView(queryRunner, 'client_id');
  }
}

type Reference = typeof simpleReference;

async function createLoanView(queryRunner: QueryRunner, clientId: string): Promise<void> {
  await queryRunner.query(`
    CREATE VIEW loan AS
    SELECT movie_rent_detail.id, movie_rent_id, ${clientId}, movie_copy_id, returned_datetime
    FROM movie_rent_detail LEFT JOIN movie_rent ON movie_rent.id = movie_rent_id`);
}

async function replaceReference(queryRunner: QueryRunner, former: Reference, next: Reference): Promise<void> {
  await queryRunner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${former.name}`);
  await queryRunner.query(`ALTER TABLE ${table} ADD CONSTRAINT ${next.name} ${next.definition}`);
}

/** Returns the definition of the table on SQLite with another reference to the rental. */
function withReference(sql: string, former: Reference, next: Reference): string {
  const changed = sql.replace(`"${former.name}" ${former.definition}`, `"${next.name}" ${next.definition}`);
  if (changed === sql) throw new Error(`The table ${table} has no constraint ${former.name}.`);
  return changed;
}
