import pg from 'pg';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible';

/** The window of the limits, in seconds. */
export const windowSeconds = 60;

/** Requests with a wrong credential that an address may send in a window. */
const maxFailures = 30;

/** Counts in windows. */
export interface RateCounters {
  /** The requests of callers. */
  readonly requests: RateLimiterAbstract;
  /** The failed authentications of addresses. */
  readonly failures: RateLimiterAbstract;
  close(): Promise<void>;
}

/** Connections to count with. Few: a statement takes less than a millisecond. */
const maxConnections = 2;
/** Maximum delay of a request by counting. */
const timeoutMs = 500;

/**
 * Returns counters: in memory on SQLite, which one process serves; on PostgreSQL in the unlogged table `rate_limit`,
 * which all instances share. While the table can't be reached, each instance counts its own.
 * @param url the database
 * @param perMinute requests that a caller may make
 */
export function createRateCounters(url: string, perMinute: number): RateCounters {
  const limits = {
    requests: { keyPrefix: 'requests', points: perMinute, duration: windowSeconds },
    failures: { keyPrefix: 'failures', points: Math.min(perMinute, maxFailures), duration: windowSeconds },
  };
  const inMemory = {
    requests: new RateLimiterMemory(limits.requests),
    failures: new RateLimiterMemory(limits.failures),
  };
  if (url.startsWith('sqlite:')) return { ...inMemory, close: () => Promise.resolve() };
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    allowExitOnIdle: true,
  });
  // An idle connection that the server ends is replaced by the next request.
  pool.on('error', () => undefined);
  const shared = (name: keyof typeof limits): RateLimiterAbstract =>
    new RateLimiterPostgres({
      ...limits[name],
      storeClient: pool,
      storeType: 'pool',
      tableName: 'rate_limit',
      tableCreated: true,
      // A caller over the limit costs the database nothing.
      inMemoryBlockOnConsumed: limits[name].points + 1,
      insuranceLimiter: inMemory[name],
    });
  return { requests: shared('requests'), failures: shared('failures'), close: () => pool.end() };
}
