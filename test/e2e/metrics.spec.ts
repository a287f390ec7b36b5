import { METHODS, request } from 'node:http';
import { type Api, openShop } from '../support/app.js';
import { isSqlite } from '../support/engine.js';
import { blockWrites, DatabaseOutage } from '../support/faults/fault-injection.js';
import { useShop } from '../support/shop.js';

type Metrics = Readonly<Record<string, number>>;

/** Returns the metrics by their names and labels in the Prometheus format. */
async function read(api: Api): Promise<Metrics> {
  const { text } = await api
    .get('/metrics')
    .expect(200)
    .expect('Content-Type', /^text\/plain; .*version=0\.0\.4/);
  const samples = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return Object.fromEntries(samples.map((line) => [line.replace(/ \S+$/, ''), Number(line.replace(/^.* /, ''))]));
}

describe('GET /metrics', () => {
  const shop = useShop();

  /** Returns the increase of each number during `work`. */
  async function growth(work: () => Promise<unknown>): Promise<Metrics> {
    const before = await read(shop.api);
    await work();
    const after = await read(shop.api);
    return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));
  }

  it('counts requests by route, method and status, and measures their duration', async () => {
    const grown = await growth(async () => {
      await shop.api.get('/genres/1').expect(404);
      await shop.api.get('/genres/2').expect(404);
      await shop.api.get('/jenres').expect(404);
    });
    const name = 'http_request_duration_seconds';
    expect(grown[`${name}_count{method="GET",route="/genres/:id",status="404"}`]).toBe(2);
    expect(grown[`${name}_count{method="GET",route="unmatched",status="404"}`]).toBe(1);
    expect(grown[`${name}_sum{method="GET",route="/genres/:id",status="404"}`]).toBeGreaterThan(0);
  });

  it('records unknown methods as other, so that clients cannot add time series', async () => {
    const send = (method: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        request(`${shop.url}/genres/1`, { method }, (response) => response.resume().once('end', resolve))
          .once('error', reject)
          .end();
      });
    const known = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT'];
    const unknown = METHODS.filter((method) => !known.includes(method));
    const grown = await growth(() => Promise.all(unknown.map(send)));
    const count = 'http_request_duration_seconds_count';
    expect(grown[`${count}{method="other",route="/genres/:id",status="405"}`]).toBe(unknown.length);
    const methods = Object.keys(grown).flatMap((name) => /method="([^"]*)"/.exec(name)?.[1] ?? []);
    expect(new Set(methods).size).toBeLessThanOrEqual(known.length);
  });

  it('counts open rentals', async () => {
    const { id: clientId } = await shop.clerk.client();
    const { copies } = await shop.clerk.movie(3);
    const [first, second, third] = (copies as { id: number }[]).map(({ id }) => id);
    const grown = await growth(async () => {
      await shop.clerk.rent(clientId, first!, second!);
      const { id } = await shop.clerk.rent(clientId, third!);
      await shop.clerk.close(id);
    });
    expect(grown['movie_rental_open_rents']).toBe(1);
  });

  it('counts committed and rolled-back units of work', async () => {
    const grown = await growth(async () => {
      await shop.api.post('/genres').send({ name: 'Counted' }).expect(201);
      await shop.api.post('/genres').send({ name: 'Counted' }).expect(409);
    });
    expect(grown['movie_rental_units_of_work_rolled_back_total']).toBe(1);
    // On SQLite a refused unit takes part in a commit too.
    expect(grown['movie_rental_commits_total']).toBe(isSqlite() ? 2 : 1);
    expect(grown['movie_rental_units_of_work_retried_total']).toBe(0);
  });

  it('counts running and waiting units of work, by connection pool', async () => {
    const release = await blockWrites(shop.databaseUrl);
    const before = await read(shop.api);
    const answers = Promise.all(
      ['a', 'b', 'c'].map((key) =>
        shop.api
          .post('/genres')
          .set('Idempotency-Key', key)
          .send({ name: `Held ${key}` })
          .expect(201),
      ),
    );
    const named = (metrics: Metrics) => ({
      running: metrics['movie_rental_units_of_work_running'],
      waiting: metrics['movie_rental_units_of_work_waiting'],
      writersInUse: metrics[`movie_rental_database_connections_in_use{pool="${isSqlite() ? 'writer' : 'shared'}"}`],
      writersAtMost: metrics[`movie_rental_database_connections_max{pool="${isSqlite() ? 'writer' : 'shared'}"}`],
    });
    let held = named(before);
    while (held.running! + held.waiting! < 3) held = named(await read(shop.api));
    await release();
    expect(held).toEqual(
      isSqlite()
        ? { running: 1, waiting: 2, writersInUse: 1, writersAtMost: 1 }
        : { running: 3, waiting: 0, writersInUse: 3, writersAtMost: 10 },
    );
    await answers;
    const batched = 'movie_rental_units_of_work_batched_total';
    // The two units that waited.
    expect((await read(shop.api))[batched]! - before[batched]!).toBe(isSqlite() ? 2 : 0);
  });

  it('shows the process, including its event loop', async () => {
    const metrics = await read(shop.api);
    expect(metrics).toHaveProperty(['nodejs_eventloop_lag_p99_seconds']);
    expect(metrics).toHaveProperty(['process_resident_memory_bytes']);
  });

  it('works while the database is unavailable, without the database-backed metrics', async () => {
    const outage = new DatabaseOutage();
    const own = await openShop({ reachedBy: outage.proxyTo });
    try {
      expect(await read(own.api)).toHaveProperty(['movie_rental_open_rents'], 0);
      await outage.begin();
      const metrics = await read(own.api);
      expect('movie_rental_open_rents' in metrics).toBe(!outage.blocksReads);
      expect(metrics).toHaveProperty(['movie_rental_units_of_work_waiting'], 0);
    } finally {
      await outage.end();
      await own.close();
    }
  });
});
