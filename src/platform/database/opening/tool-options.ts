import type { DataSourceOptions } from 'typeorm';
import { withSettings } from '../postgres/session-settings.js';
import type { SqliteOptions } from '../sqlite/options.js';

/** Returns options for batch tools: no statement or idle-in-transaction timeout. */
export function withoutTimeouts(options: DataSourceOptions): DataSourceOptions {
  if (options.type !== 'postgres') return { ...options, statementTimeoutMs: undefined } as SqliteOptions;
  return withSettings(options, { statement_timeout: 0, idle_in_transaction_session_timeout: 0 });
}
