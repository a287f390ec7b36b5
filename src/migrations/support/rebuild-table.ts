import type { QueryRunner } from 'typeorm';
import { inSpans } from './in-spans.js';

interface Rebuild {
  readonly table: string;
  /** Returns the new definition of the table, given the present one. */
  readonly redefine: (sql: string) => string;
  /** The SQL expressions of columns that get new values, of the alias `line`. Other columns are copied. */
  readonly values?: Readonly<Record<string, string>>;
  /** A join of `line` that the expressions need. */
  readonly join?: string;
}

/**
 * Rebuilds a table on SQLite, which can add neither a NOT NULL column without a default nor a foreign key. No other
 * table may reference it; views on it must be dropped before. The highest id ever assigned is preserved.
 */
export async function rebuildTable(
  queryRunner: QueryRunner,
  { table, redefine, values = {}, join = '' }: Rebuild,
): Promise<void> {
  const definitionsOf = async (type: string): Promise<string[]> => {
    const found = (await queryRunner.query(
      'SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type = ? AND sql IS NOT NULL',
      [table, type],
    )) as { sql: string }[];
    return found.map(({ sql }) => sql);
  };
  const [definition] = await definitionsOf('table');
  const indexes = await definitionsOf('index');
  const [sequence] = (await queryRunner.query('SELECT seq FROM sqlite_sequence WHERE name = ?', [table])) as [
    { seq: number }?,
  ];
  const rebuilt = `rebuilt_${table}`;
  await queryRunner.query(redefine(definition!).replace(table, rebuilt));
  const columns = (await queryRunner.query('SELECT name FROM pragma_table_info(?)', [rebuilt])) as { name: string }[];
  const names = columns.map(({ name }) => name);
  await inSpans(queryRunner, table, (after, upTo) =>
    queryRunner.query(
      `INSERT INTO ${rebuilt} (${names.join(', ')})
       SELECT ${names.map((name) => values[name] ?? `line.${name}`).join(', ')}
       FROM ${table} AS line ${join} WHERE line.id > ? AND line.id <= ?`,
      [after, upTo],
    ),
  );
  await queryRunner.query(`DROP TABLE ${table}`);
  await queryRunner.query(`ALTER TABLE ${rebuilt} RENAME TO ${table}`);
  for (const sql of indexes) await queryRunner.query(sql);
  if (sequence) await queryRunner.query('UPDATE sqlite_sequence SET seq = ? WHERE name = ?', [sequence.seq, table]);
}
