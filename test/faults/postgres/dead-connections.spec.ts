import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { withinAnswerTimeout } from '../../../src/platform/database/postgres/answer-timeout.js';
import { AbortableClient } from '../../../src/platform/database/postgres/abortable-client.js';
import { type Program, startService } from '../../../scripts/servers/program.js';
import { type Api, apiAt } from '../../support/app.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';
import { TcpProxy } from '../../support/faults/tcp-proxy.js';
import { lockMovie } from '../../support/faults/fault-injection.js';
import { executeRaw, queryRaw } from '../../support/database/raw-database.js';
import { refused } from '../../support/http/problem.js';
import { clerk } from '../../support/shop.js';
import { until } from '../../support/until.js';

/** Ten times the documented limit, for a busy machine: without a limit, requests would wait for minutes. */
const longestWaitMs = 50_000;

describe('dead connections to PostgreSQL, while new ones work', () => {
  let database: FreshDatabase;
  let proxy: TcpProxy;
  let service: Program;
  let url: string;
  let api: Api;
  beforeAll(async () => {
    database = await freshDatabase();
    proxy = new TcpProxy();
    // Without these limits of the server, nothing but the watchdog ends a wait or frees a lock.
    const proxiedUrl = `${await proxy.proxyTo(database.url)}?idle_in_transaction_session_timeout=0`;
    const started = await startService({ DATABASE_URL: proxiedUrl, STATEMENT_TIMEOUT_MS: '600000' });
    ({ service, url } = started);
    api = await apiAt(url);
  });
  afterAll(async () => {
    await service.kill('SIGKILL');
    proxy.cut();
    await database.drop();
  });

  const connections = async (): Promise<number> => {
    const name = new URL(database.url).pathname.slice(1);
    const sql = `SELECT pid FROM pg_stat_activity WHERE datname = '${name}' AND application_name = 'movie-rental'`;
    return (await queryRaw(database.url, sql)).length;
  };
  const genresOf = (name: string) => queryRaw(database.url, `SELECT id FROM genre WHERE name = '${name}'`);
  const linesOf = (text: string): string[] => service.stdout.split('\n').filter((line) => line.includes(text));

  /** Returns the statuses of concurrent requests, and the duration of the last response. */
  async function readAll(count: number): Promise<{ statuses: Set<number>; longestMs: number }> {
    const begun = performance.now();
    const statuses = await Promise.all(
      Array.from(
        { length: count },
        async () =>
          (await fetch(`${url}/movies?include_total=true`, { signal: AbortSignal.timeout(longestWaitMs) })).status,
      ),
    );
    return { statuses: new Set(statuses), longestMs: performance.now() - begun };
  }

  it('are distinguished from a slow statement', async () => {
    const movie = await clerk(api).movie(1);
    const release = await lockMovie(database.url, movie['id']);
    const changing = api.patch(`/movies/${movie['id']}`).send({ title: 'Slow' });
    const answered = Promise.resolve(changing);
    await pause(1_800);
    await release();
    expect((await answered).status).toBe(200);
    expect(linesOf('dead connections')).toEqual([]);
  });

  it('while idle in the pool get 503 once, are replaced with one line in the log, and readiness stays 200', async () => {
    await until('the pool has connections', async () => {
      await readAll(20);
      return (await connections()) > 3;
    });
    await api.get('/health/ready').expect(200);
    // The result of a check is cached for a second.
    await pause(1_100);
    proxy.dropPackets();
    const [ready, first] = await Promise.all([api.get('/health/ready'), readAll(1)]);
    expect(ready.status).toBe(200);
    expect(first.statuses).toEqual(new Set([503]));
    expect(first.longestMs).toBeLessThan(longestWaitMs);
    expect((await readAll(100)).statuses).toEqual(new Set([200]));
    expect(linesOf('dead connections')).toHaveLength(1);
  });

  it('during a statement get 503, and release their locks', async () => {
    const client = await clerk(api).client();
    const movie = await clerk(api).movie(1);
    const order = { client_id: client['id'], details: [{ movie_id: movie['id'] }] };
    const rent = () => api.post('/movie_rents').timeout(longestWaitMs).set('Idempotency-Key', 'rent-1').send(order);
    const release = await lockMovie(database.url, movie['id']);
    const other = new Client({ connectionString: database.url });
    await other.connect();
    const renting = refused(rent(), 503, 'service-unavailable');
    await until('the rental waits', async () => {
      const { rowCount } = await other.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return rowCount! > 0;
    });
    await other.end();
    proxy.dropPackets();
    await release();
    await renting;
    await until('the retry is carried out', async () => (await rent()).status === 201);
    expect((await api.get(`/clients/${client['id']}/movie_rents`)).body).toHaveLength(1);
  });

  it('during COMMIT get 503, and a retry with the same Idempotency-Key does not write twice', async () => {
    const add = () =>
      api.post('/genres').timeout(longestWaitMs).set('Idempotency-Key', 'western').send({ name: 'Western' });
    proxy.dropRepliesAfter('COMMIT\0');
    await refused(add(), 503, 'service-unavailable');
    const { headers } = await add().expect(201);
    expect(headers['idempotency-replayed']).toBe('true');
    expect(await genresOf('Western')).toHaveLength(1);
  });

  it('before COMMIT get 503, and store nothing', async () => {
    const add = () =>
      api.post('/genres').timeout(longestWaitMs).set('Idempotency-Key', 'musical').send({ name: 'Musical' });
    proxy.dropRepliesAfter('INSERT INTO "genre"');
    await refused(add(), 503, 'service-unavailable');
    const { headers } = await add().expect(201);
    expect(headers['idempotency-replayed']).toBeUndefined();
    expect(await genresOf('Musical')).toHaveLength(1);
  });

  it('while their settings are applied get 503', async () => {
    proxy.dropRepliesAfter('set_config');
    await executeRaw(
      process.env['TEST_DATABASE_URL']!,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${new URL(database.url).pathname.slice(1)}'`,
    );
    await until('a request meets the silent connection', async () => {
      const { statuses, longestMs } = await readAll(1);
      expect(longestMs).toBeLessThan(longestWaitMs);
      return statuses.has(503) && !proxy.isDropPending;
    });
    await until('requests are answered', async () => (await readAll(1)).statuses.has(200));
  });

  it('end within a second, although the server does not confirm it', async () => {
    const client = new AbortableClient({ connectionString: proxy.proxiedUrl(database.url) });
    await client.connect();
    proxy.dropPackets();
    await withinAnswerTimeout(client.end(), longestWaitMs);
  });

  it('do not keep the process from exiting', async () => {
    await readAll(20);
    proxy.dropPackets();
    expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});
