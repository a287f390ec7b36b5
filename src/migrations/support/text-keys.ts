import type { QueryRunner } from 'typeorm';

/** Returns the comparison keys of the texts of a row. */
type KeysOf = (row: Readonly<Record<string, string | null>>) => Readonly<Record<string, string | null>>;

/** The comparison keys of a table. */
export interface Keyed {
  readonly table: string;
  readonly texts: readonly string[];
  readonly keysOf: KeysOf;
}

export const isPostgres = ({ connection }: QueryRunner): boolean => connection.options.type === 'postgres';

/** For migrations that rewrite large tables. */
export async function disableStatementTimeout(queryRunner: QueryRunner): Promise<void> {
  if (isPostgres(queryRunner)) await queryRunner.query('SET LOCAL statement_timeout = 0');
}

/** Rows per query: bounds memory. */
const spanSize = 5_000;

/** Updates the keys of all rows whose keys differ from `keysOf`. */
export async function recomputeKeys(queryRunner: QueryRunner, { table, texts, keysOf }: Keyed): Promise<void> {
  const keys = Object.keys(keysOf(Object.fromEntries(texts.map((text) => [text, '']))));
  const columns = [...texts, ...keys].join(', ');
  const placeholder = isPostgres(queryRunner) ? '$1' : '?';
  for (let last = 0; ;) {
    const rows = (await queryRunner.query(
      `SELECT id, ${columns} FROM ${table} WHERE id > ${placeholder} ORDER BY id LIMIT ${spanSize}`,
      [last],
    )) as (Record<string, string | null> & { id: number })[];
    const changes = rows
      .map((row) => [row, keysOf(row)] as const)
      .filter(([row, computed]) => keys.some((key) => row[key] !== computed[key]))
      .map(([{ id }, computed]) => [id, ...keys.map((key) => computed[key])]);
    if (changes.length > 0) await store(queryRunner, table, keys, changes);
    if (rows.length < spanSize) return;
    last = rows.at(-1)!.id;
  }
}

/** @param changes one array per row: the id and the values in the order of `keys` */
async function store(
  queryRunner: QueryRunner,
  table: string,
  keys: readonly string[],
  changes: readonly unknown[],
): Promise<void> {
  const given = isPostgres(queryRunner) ? 'json_array_elements($1::json) AS given(value)' : 'json_each(?) AS given';
  const id = isPostgres(queryRunner) ? '(given.value ->> 0)::integer' : '(given.value ->> 0)';
  const sets = keys.map((key, index) => `${key} = given.value ->> ${index + 1}`).join(', ');
  await queryRunner.query(`UPDATE ${table} SET ${sets} FROM ${given} WHERE ${table}.id = ${id}`, [
    JSON.stringify(changes),
  ]);
}
