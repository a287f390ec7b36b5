import { LRUCache } from 'lru-cache';

/**
 * Characters of SQL whose statements a connection keeps prepared. A prepared statement takes some ten times the memory
 * of its text, in this process for SQLite and in the server for PostgreSQL.
 */
const maxPreparedLength = 128 * 1024;
/** Characters. Longer statements, with the values of many rows written into them, seldom come again. */
const maxStatementLength = 5_000;

export const isWorthPreparing = (sql: string): boolean =>
  sql.length <= maxStatementLength && /^(SELECT|INSERT|UPDATE|DELETE) /.test(sql);

/** The prepared statements of one connection, by their text, of which the least recently used go first. */
export function preparedStatements<Statement extends object | string>(
  discard: (statement: Statement) => void,
): LRUCache<string, Statement> {
  return new LRUCache({ maxSize: maxPreparedLength, sizeCalculation: (_, sql) => sql.length, dispose: discard });
}
