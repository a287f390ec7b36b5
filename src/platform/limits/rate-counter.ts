import pg from 'pg';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible';

/** The window of the limits, in seconds. */
export const windowSeconds = 60;

/** Counts requests by caller. */
export interface RateCounter {
  readonly limiter: RateLimiterAbstract;
  close(): Promise<void>;
}

/** Connections to count with. Few: a statement takes less than a millisecond. */
const maxConnections = 2;
/** How long counting may hold up a request, in milliseconds. */
const timeoutMs = 500;

/**
 * Returns a counter of the requests of each caller: in memory on SQLite, which one process serves; on PostgreSQL in the
 * unlogged table `rate_limit`, which all instances share. While the table can't be reached, each instance counts its own.
 * @param url the database
 * @param perMinute requests that a caller may make
 */
export function createRateCounter(url: string, perMinute: number): RateCounter {
  const limit = { points: perMinute, duration: windowSeconds };
  const inMemory = new RateLimiterMemory(limit);
  if (url.startsWith('sqlite:')) return { limiter: inMemory, close: () => Promise.resolve() };
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    allowExitOnIdle: true,
  });
  // An idle connection that the server ends is replaced by the next request.
  pool.on('error', () => undefined);
  const limiter = new RateLimiterPostgres({
    ...limit,
    storeClient: pool,
    storeType: 'pool',
    tableName: 'rate_limit',
    tableCreated: true,
    // A caller over the limit costs the database nothing.
    inMemoryBlockOnConsumed: perMinute + 1,
    insuranceLimiter: inMemory,
  });
  return { limiter, close: () => pool.end() };
}
