import type { DataSourceOptions } from 'typeorm';
import type { SqliteOptions } from './sqlite/options.js';

/** The same database for a tool that takes its time: a statement or a pause may last longer than a client would wait. */
export function unhurried(options: DataSourceOptions): DataSourceOptions {
  if (options.type !== 'postgres') return { ...options, statementTimeoutMs: undefined } as SqliteOptions;
  const extra = { ...(options.extra as object), statement_timeout: 0, idle_in_transaction_session_timeout: 0 };
  return { ...options, extra };
}
