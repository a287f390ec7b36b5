import { once } from 'node:events';
import { UnitOfWork } from '../../src/platform/database/unit-of-work.js';
import { openShop, type RunningShop } from '../support/app.js';
import { executeRaw } from '../support/database/raw-database.js';
import { clerk } from '../support/shop.js';
import { openSocket } from '../support/http/socket.js';
import { until } from '../support/until.js';

/** The kernel buffers 4 to 6 MB of a response that its client does not read. */
const [count, description] = [3_000, 'x'.repeat(5_000)];

interface Exported {
  readonly movie_rents: readonly { readonly id: number; readonly events: readonly unknown[] }[];
}

describe('the export of a client with thousands of rentals', () => {
  let shop: RunningShop;
  let path: string;
  beforeAll(async () => {
    shop = await openShop();
    const desk = clerk(shop.api);
    const { id } = await desk.client();
    const { copies } = await desk.movie(1, { description });
    const instant = '2026-01-01T10:00:00.000Z';
    const [{ id: copyId }] = copies as [{ id: number }];
    await executeRaw(
      shop.databaseUrl,
      `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
       INSERT INTO movie_rent (client_id, creation_datetime) SELECT ${id}, '${instant}' FROM numbers;
       INSERT INTO movie_rent_detail (movie_rent_id, client_id, movie_copy_id, lent_datetime, returned_datetime)
       SELECT id, client_id, ${copyId}, '${instant}', '${instant}' FROM movie_rent;
       INSERT INTO event (type, resource, resource_id, actor, creation_datetime, changes)
       SELECT 'line.returned', 'movie_rent_details', id, 'desk', '${instant}', '{"note":"Scratched."}' FROM movie_rent_detail`,
    );
    path = `/clients/${id}/export`;
  });
  afterAll(() => shop.close());

  const bufferedBytes = async (): Promise<number> => {
    const { text } = await shop.api.get('/metrics').expect(200);
    return Number(/^http_buffered_bytes (\d+)/m.exec(text)![1]);
  };

  it('is complete', async () => {
    const response = await fetch(shop.url + path);
    const { movie_rents: rents } = (await response.json()) as Exported;
    expect(new Set(rents.map(({ id }) => id)).size).toBe(count);
    expect(rents.every(({ events }) => events.length === 1)).toBe(true);
  });

  it('holds no transaction while a slow client reads it, and is buffered compressed', async () => {
    const socket = openSocket(shop.url).pause();
    const head = once(socket, 'readable');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n`);
    await head;
    expect(shop.app.get(UnitOfWork).stats.running).toBe(0);
    await until('the buffers of the kernel are full', async () => (await bufferedBytes()) > 0);
    const bytes = await bufferedBytes();
    // More than the buffers of the streams, and less than a tenth of the text.
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan((count * description.length) / 10);
    socket.destroy();
    await until('the response is dropped', async () => (await bufferedBytes()) === 0);
  });
});
