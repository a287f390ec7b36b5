import type { DataSource } from 'typeorm';
import { dialectOf } from '../dialect/dialect.js';
import { type AggregateColumn, jsonAggregate } from './json-aggregate.js';
import type { ResolvedTypes } from '../columns/parameter-types.js';
import { renderSql, type SqlTemplate } from './sql-template.js';

/** The parameter that all reads of a batch share: SQLite accepts no column as a LIMIT. */
export const limitName = 'limit';

/**
 * Returns a SELECT that runs several reads of one query as a single statement. Its first parameter is a JSON array with
 * an array of values per read; its second is the limit, if the query has one. The result has one row per read: the
 * position of the read and the rows that the read finds, as JSON.
 */
export function batchedSql(
  connection: DataSource,
  template: SqlTemplate,
  types: ResolvedTypes,
  columns: readonly AggregateColumn[],
): string {
  const dialect = dialectOf(connection);
  const rows = jsonAggregate(connection, columns);
  const select = renderSql(template, (name, position) => {
    if (name === limitName) return dialect.placeholder(1);
    const type = types[name];
    if (type === 'integers') throw new Error(`A batch of reads can't pass the list ${name}.`);
    const value = `(read.value ->> ${position})`;
    return type === 'integer' ? dialect.cast(value, 'bigint') : value;
  });
  const { from, index } = dialect.indexedJsonElements(dialect.placeholder(0), 'read');
  return `SELECT ${index} AS position, (SELECT ${rows} FROM (${select}) AS aggregated) AS rows FROM ${from}`;
}
