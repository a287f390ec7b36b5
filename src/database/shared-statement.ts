import type { DataSource } from 'typeorm';
import { gathering } from './gathered.js';
import type { Written } from './prepared.js';

/**
 * Writes a SELECT so that several can ask it at once, each with values of their own: its one parameter is a JSON array
 * with an array of values for each asker, and it has a row for each: the asker's place, and the rows for him as
 * JSON.
 * @param values an example: their types are written into the statement
 */
export function shared(
  connection: DataSource,
  { sql }: Pick<Written<never>, 'sql'>,
  columns: readonly string[],
  values: readonly unknown[],
): string {
  const rows = gathering(connection, columns);
  if (connection.options.type !== 'postgres') {
    let place = 0;
    const asked = sql.replaceAll('?', () => `(asker.value ->> ${place++})`);
    return `SELECT key AS place, (SELECT ${rows} FROM (${asked}) AS gathered) AS rows FROM json_each(?) AS asker`;
  }
  const asked = sql.replace(/\$(\d+)/g, (_, number: string) => {
    const place = Number(number) - 1;
    return `(asker.value ->> ${place})::${typeof values[place] === 'number' ? 'bigint' : 'text'}`;
  });
  return `SELECT place::int - 1 AS place, (SELECT ${rows} FROM (${asked}) AS gathered) AS rows
          FROM json_array_elements($1) WITH ORDINALITY AS asker(value, place)`;
}
