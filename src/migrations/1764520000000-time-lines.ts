import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Maximum number of ids per statement. */
const spanSize = 10_000;

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
    else await makeTableAgain(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN lent_datetime`);
  }
}

async function addColumn(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query('SET LOCAL statement_timeout = 0');
  await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN lent_datetime varchar(24) COLLATE "C"`);
  await inSpans(queryRunner, (after, upTo) =>
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

/**
 * Rebuilds the table, because SQLite cannot add a NOT NULL column without a default. No other table references it,
 * so it can be dropped; the view on it is dropped first, and the highest id ever assigned is preserved.
 */
async function makeTableAgain(queryRunner: QueryRunner): Promise<void> {
  const definitionsOf = async (type: string): Promise<string[]> => {
    const found = (await queryRunner.query(
      'SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type = ? AND sql IS NOT NULL',
      [type === 'view' ? 'loan' : table, type],
    )) as { sql: string }[];
    return found.map(({ sql }) => sql);
  };
  const [definition] = await definitionsOf('table');
  const indexes = await definitionsOf('index');
  const views = await definitionsOf('view');
  const [sequence] = (await queryRunner.query('SELECT seq FROM sqlite_sequence WHERE name = ?', [table])) as [
    { seq: number }?,
  ];
  const timed = `timed_${table}`;
  await queryRunner.query(
    definition!.replace(table, timed).replace(', CONSTRAINT', ', "lent_datetime" varchar(24) NOT NULL, CONSTRAINT'),
  );
  await inSpans(queryRunner, (after, upTo) =>
    queryRunner.query(
      `INSERT INTO ${timed} (id, movie_rent_id, movie_copy_id, returned_datetime, lent_datetime)
       SELECT line.id, line.movie_rent_id, line.movie_copy_id, line.returned_datetime, ${lentDatetime}
       FROM ${table} AS line LEFT JOIN movie_rent AS rent ON rent.id = line.movie_rent_id
       WHERE line.id > ? AND line.id <= ?`,
      [after, upTo],
    ),
  );
  for (const _ of views) await queryRunner.query('DROP VIEW loan');
  await queryRunner.query(`DROP TABLE ${table}`);
  await queryRunner.query(`ALTER TABLE ${timed} RENAME TO ${table}`);
  for (const sql of [...indexes, ...views]) await queryRunner.query(sql);
  if (sequence) await queryRunner.query('UPDATE sqlite_sequence SET seq = ? WHERE name = ?', [sequence.seq, table]);
}

async function inSpans(
  queryRunner: QueryRunner,
  work: (after: number, upTo: number) => Promise<unknown>,
): Promise<void> {
  const [{ first, last }] = (await queryRunner.query(`SELECT MIN(id) AS first, MAX(id) AS last FROM ${table}`)) as [
    { first: number | null; last: number | null },
  ];
  if (first === null || last === null) return;
  for (let after = first - 1; after < last; after += spanSize) await work(after, after + spanSize);
}
