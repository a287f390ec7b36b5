import { PassThrough } from 'node:stream';
import { Client } from 'pg';
import { loadShop } from '../../../scripts/support/load-shop.js';
import { Progress } from '../../../scripts/support/progress.js';
import { readDatasets } from '../../../scripts/support/datasets.js';
import { UnitOfWork } from '../../../src/database/unit-of-work.js';
import { useShop } from '../../support/shop.js';

describe('on PostgreSQL, where many write at once', () => {
  const shop = useShop();
  /** Somebody else at the same database. */
  let other: Client;
  beforeEach(async () => {
    other = new Client({ connectionString: shop.databaseUrl });
    await other.connect();
  });
  afterEach(() => other.end());

  /** Whether what is asked for comes to its end while the other has done `statement` and not committed, or waits. */
  async function meanwhile(statement: string, ask: () => Promise<unknown>): Promise<'waits' | "doesn't wait"> {
    await other.query(`BEGIN; ${statement}`);
    let ended = false;
    const asked = ask().finally(() => (ended = true));
    let waits = false;
    while (!ended && !waits) waits = await somebodyWaits();
    await other.query('ROLLBACK');
    await asked;
    return waits ? 'waits' : "doesn't wait";
  }

  async function somebodyWaits(): Promise<boolean> {
    await other.query('SELECT pg_stat_clear_snapshot()');
    const { rowCount } = await other.query(
      'SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))',
    );
    return rowCount! > 0;
  }

  const changingStockOf = (movieId: number) => `SELECT 1 FROM movie WHERE id = ${movieId} FOR NO KEY UPDATE`;

  it.each(['movie_copy_id', 'movie_id'])('lending by %s waits for a change of the movie’s stock', async (by) => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const line = { [by]: by === 'movie_id' ? movie.id : movie.copies[0].id };
    const lend = () =>
      shop.api
        .post('/movie_rents')
        .send({ client_id: client.id, details: [line] })
        .expect(201);
    expect(await meanwhile(changingStockOf(movie.id), async () => void (await lend()))).toBe('waits');
  });

  it.each([
    ['closing', (path: string) => shop.api.put(`${path}/close`).expect(200)],
    ['deleting', (path: string) => shop.api.delete(path).expect(204)],
    ['amending', (path: string, correction: object) => shop.api.put(path).send(correction).expect(200)],
  ])('%s a rental, which gives copies back, waits for a change of their movie’s stock', async (_, giveBack) => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const [kept, back] = movie.copies;
    const rent = await shop.clerk.rent(client.id, kept.id, back.id);
    const correction = { client_id: client.id, details: [{ movie_copy_id: kept.id }] };
    const give = async () => void (await giveBack(`/movie_rents/${rent.id}`, correction));
    expect(await meanwhile(changingStockOf(movie.id), give)).toBe('waits');
  });

  it('an import, which counts on ids that follow each other, waits for rentals that others are storing', async () => {
    const datasets = await readDatasets('datasets');
    const load = () => loadShop(shop.app.get(UnitOfWork), datasets, new Progress(new PassThrough()));
    const client = await shop.clerk.client();
    const storing = `INSERT INTO movie_rent (client_id, creation_datetime) VALUES (${client.id}, '2026-01-01T00:00:00.000Z')`;
    expect(await meanwhile(storing, load)).toBe('waits');
  });
});
