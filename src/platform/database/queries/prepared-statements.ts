import { LRUCache } from 'lru-cache';

/**
 * Total SQL length, in characters, of the prepared statements of a connection. A prepared statement takes about ten
 * times the memory of its SQL text, in this process for SQLite and in the server for PostgreSQL.
 */
const maxPreparedLength = 128 * 1024;
/** In characters. Longer statements contain the values of many rows, and rarely repeat. */
const maxStatementLength = 5_000;

export const isWorthPreparing = (sql: string): boolean =>
  sql.length <= maxStatementLength && /^(SELECT|INSERT|UPDATE|DELETE) /.test(sql);

/** The comment of queries whose plan depends on their parameters, so that PostgreSQL must plan each execution. */
export const planEachExecution = 'plan each execution';

export const isPlannedEachExecution = (sql: string): boolean => sql.includes(`/* ${planEachExecution} */`);

/** Returns the LRU cache of the prepared statements of a connection, by SQL text. */
export function preparedStatements<Statement extends object | string>(
  discard: (statement: Statement) => void,
): LRUCache<string, Statement> {
  return new LRUCache({ maxSize: maxPreparedLength, sizeCalculation: (_, sql) => sql.length, dispose: discard });
}
