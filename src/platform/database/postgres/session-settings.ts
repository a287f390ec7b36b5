import type { DataSourceOptions } from 'typeorm';
import { LostDatabase } from '../engine/unusable-database.js';
import { withinAnswerTimeout } from './answer-timeout.js';

/** Settings of a connection, by their names in PostgreSQL. Times are in milliseconds. */
export type SessionSettings = Readonly<Record<string, string | number>>;

/** What is ours among the options of a PostgreSQL DataSource. */
export interface PostgresExtra {
  readonly settings?: SessionSettings;
}

/** Returns the server's limit for a statement in milliseconds; 0 for none. */
export const statementTimeoutOf = ({ extra }: DataSourceOptions): number =>
  Number((extra as PostgresExtra | undefined)?.settings?.['statement_timeout'] ?? 0);

/** A connection that was just made. */
interface Session {
  /** Identifies its server process; undefined where the user may not see it. */
  backend?: string;
  queryUnprepared<Row extends object>(text: string, values: unknown[]): Promise<Row[]>;
}

/** Milliseconds in which a new connection takes its settings, the wait for a place in a pooler included. */
const startTimeoutMs = 2_000;

/** Settings that the URL of a database may override. As parameters of the URL, poolers such as PgBouncer refuse them. */
const settingsOfUrl = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'];

const setSql = 'SELECT name, set_config(name, value, false) AS value FROM json_each_text($1) AS setting (name, value)';
/** The identity of the server process takes its start too: process ids are reused. */
const checkSql = `SELECT pid || '/' || extract(epoch FROM backend_start) AS backend,
  ARRAY(SELECT current_setting(name) FROM json_array_elements_text($1) AS name) AS "values"
  FROM pg_stat_activity WHERE pid = pg_backend_pid()`;

/** Returns the options of a DataSource on PostgreSQL with other settings of its connections. */
export function withSettings(options: DataSourceOptions, settings: SessionSettings): DataSourceOptions {
  const extra = options.extra as PostgresExtra | undefined;
  return { ...options, extra: { ...extra, settings: { ...extra?.settings, ...settings } } };
}

/** Takes the settings out of a URL, in which the pg package would make startup parameters of them. */
export function splitUrl(databaseUrl: string): { readonly url: string; readonly settings: SessionSettings } {
  const url = new URL(databaseUrl);
  const names = settingsOfUrl.filter((name) => url.searchParams.has(name));
  if (names.length === 0) return { url: databaseUrl, settings: {} };
  const settings = Object.fromEntries(names.map((name) => [name, url.searchParams.get(name)!]));
  for (const name of names) url.searchParams.delete(name);
  return { url: url.href, settings };
}

/**
 * Makes the settings of a new connection and checks them, in one round trip. Made by statements rather than startup
 * parameters, since poolers refuse or drop the latter; checked, since without timeouts one lock could stop the shop.
 * @throws LostDatabase where the server doesn't keep them
 */
export async function startSession(session: Session, settings: SessionSettings): Promise<void> {
  const [made, checked] = await withinAnswerTimeout(
    Promise.all([
      session.queryUnprepared<{ name: string; value: string }>(setSql, [JSON.stringify(settings)]),
      session.queryUnprepared<{ backend: string | null; values: string[] }>(checkSql, [
        JSON.stringify(Object.keys(settings)),
      ]),
    ]),
    startTimeoutMs,
  );
  const { backend, values } = checked[0]!;
  if (backend !== null) session.backend = backend;
  for (const [index, { name, value }] of made.entries()) {
    if (values[index] === value) continue;
    throw new LostDatabase(
      `PostgreSQL kept ${name} at ${values[index]} where ${value} was asked for, so that the service can't limit how ` +
        'long it waits. Let DATABASE_URL name the server itself, or a pooler that pools sessions, not transactions.',
    );
  }
}
