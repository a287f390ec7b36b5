import type { DataSource } from 'typeorm';
import { isPostgres } from './compiled-statement.js';
import { jsonAggregate } from './json-aggregate.js';
import type { ResolvedTypes } from '../columns/parameter-types.js';
import { renderSql, type SqlTemplate } from './sql-template.js';

/** The parameter that all reads of a batch share: SQLite accepts no column as a LIMIT. */
export const limitName = 'limit';

/**
 * Returns a SELECT that runs several reads of one query as a single statement. Its first parameter is a JSON array with
 * an array of values per read; its second is the limit, if the query has one. The result has one row per read: the
 * index of the read and the rows that the read finds, as JSON.
 */
export function batchedSql(
  connection: DataSource,
  template: SqlTemplate,
  types: ResolvedTypes,
  columns: readonly string[],
): string {
  const rows = jsonAggregate(connection, columns);
  const parameter = isPostgres(connection) ? '$' : '?';
  const select = renderSql(template, (name, position) => {
    if (name === limitName) return `${parameter}2`;
    const type = types[name];
    if (type === 'integers') throw new Error(`A batch of reads can't pass the list ${name}.`);
    const value = `(read.value ->> ${position})`;
    return isPostgres(connection) && type === 'integer' ? `${value}::bigint` : value;
  });
  return isPostgres(connection)
    ? `SELECT place::int - 1 AS place, (SELECT ${rows} FROM (${select}) AS gathered) AS rows FROM json_array_elements(${parameter}1) WITH ORDINALITY AS read(value, place)`
    : `SELECT key AS place, (SELECT ${rows} FROM (${select}) AS gathered) AS rows FROM json_each(${parameter}1) AS read`;
}
