import type { DataSourceOptions } from 'typeorm';
import { LostDatabase } from '../engine/unusable-database.js';
import { withinAnswerTimeout } from './answer-timeout.js';

/** PostgreSQL session settings, by name. Times are in milliseconds. */
export type SessionSettings = Readonly<Record<string, string | number>>;

/** DataSource options of the service on PostgreSQL. */
export type PostgresOptions = DataSourceOptions & { readonly url: string; readonly poolSize: number };

/** The session settings in DataSource options. */
export interface PostgresExtra {
  readonly settings?: SessionSettings;
}

/** Returns the statement timeout of the server in milliseconds; 0 for none. */
export const statementTimeoutOf = ({ extra }: DataSourceOptions): number =>
  Number((extra as PostgresExtra | undefined)?.settings?.['statement_timeout'] ?? 0);

/** A new connection. */
interface Session {
  /** Identifies the server process; undefined if the user may not see it. */
  backend?: string;
  queryUnprepared<Row extends object>(text: string, values: unknown[]): Promise<Row[]>;
}

/** Timeout for applying the settings of a new connection, including the wait for a connection of a pooler. */
const startTimeoutMs = 2_000;

/** Settings that a database URL may override. Poolers such as PgBouncer reject them as startup parameters. */
const settingsOfUrl = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'];

const setSql = 'SELECT name, set_config(name, value, false) AS value FROM json_each_text($1) AS setting (name, value)';
/** The identity of a server process includes its start time, because process ids are reused. */
const checkSql = `SELECT pid || '/' || extract(epoch FROM backend_start) AS backend,
  ARRAY(SELECT current_setting(name) FROM json_array_elements_text($1) AS name) AS "values"
  FROM pg_stat_activity WHERE pid = pg_backend_pid()`;

/** Returns PostgreSQL DataSource options with additional session settings. */
export function withSettings(options: DataSourceOptions, settings: SessionSettings): DataSourceOptions {
  const extra = options.extra as PostgresExtra | undefined;
  return { ...options, extra: { ...extra, settings: { ...extra?.settings, ...settings } } };
}

/** Separates session settings from a URL; the pg package would send them as startup parameters. */
export function splitUrl(databaseUrl: string): { readonly url: string; readonly settings: SessionSettings } {
  const url = new URL(databaseUrl);
  const names = settingsOfUrl.filter((name) => url.searchParams.has(name));
  if (names.length === 0) return { url: databaseUrl, settings: {} };
  const settings = Object.fromEntries(names.map((name) => [name, url.searchParams.get(name)!]));
  for (const name of names) url.searchParams.delete(name);
  return { url: url.href, settings };
}

/**
 * Applies the settings of a new connection and verifies them, in one round trip. Uses statements, because poolers reject
 * or drop startup parameters. Verifies, because without timeouts a single lock could block the service.
 * @throws LostDatabase if the server ignores a setting
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
      `PostgreSQL kept ${name} at ${values[index]} where ${value} was requested, so that the service can't limit how ` +
        'long it waits. Set DATABASE_URL to the server itself, or to a pooler that pools sessions, not transactions.',
    );
  }
}
