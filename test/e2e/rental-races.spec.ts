import { inParallel } from '../support/parallel.js';
import { useShop } from '../support/shop.js';
import { statuses } from '../support/statuses.js';

describe('one copy and two hands', () => {
  const shop = useShop();

  const order = (clientId: number, ...copyIds: number[]) =>
    shop.api.post('/movie_rents').send({ client_id: clientId, details: copyIds.map((id) => ({ movie_copy_id: id })) });
  const rentsOf = async (clientId: number) => (await shop.api.get(`/clients/${clientId}/movie_rents`).expect(200)).body;

  // On PostgreSQL the same race is run through several instances too: test/database/postgres/many-instances.spec.ts.
  const [people, orders, rounds] = [100, 500, 2];
  it(`lets one of ${orders} orders of ${people} clients win when all reach for the last copy, ${rounds} rounds long`, async () => {
    const movie = await shop.clerk.movie(1);
    const copyId: number = movie.copies[0].id;
    const clients: number[] = [];
    await inParallel(Array(people).keys(), 32, async () => void clients.push((await shop.clerk.client()).id));
    for (let round = 0; round < rounds; round++) {
      const answers = await Promise.all(
        Array.from({ length: orders }, (_, turn) => order(clients[turn % people]!, copyId)),
      );
      expect(statuses(answers)).toEqual({ 201: 1, 409: orders - 1 });
      await shop.clerk.close(answers.find(({ status }) => status === 201)!.body.id);
    }
    const { headers } = await shop.api.get(`/movie_rents?movie_copy_id=${copyId}&include_total=true`).expect(200);
    expect(headers['x-total-count']).toBe(String(rounds));
  });

  it('lets one of many win when all want any copy of a movie that has one left', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const details = [{ movie_id: movie.id }];
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => shop.api.post('/movie_rents').send({ client_id: client.id, details })),
    );
    expect(statuses(answers)).toEqual({ 201: 1, 409: 99 });
  });

  it('gives crossed baskets whole or not at all, and neither waits for the other for ever', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const [a, b] = movie.copies.map(({ id }: { id: number }) => id) as [number, number];
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, index) => (index % 2 ? order(client.id, a, b) : order(client.id, b, a))),
      );
      expect(statuses(answers)).toEqual({ 201: 1, 409: 15 });
      const winner = answers.find(({ status }) => status === 201)!.body;
      expect(winner.details).toHaveLength(2);
      await shop.clerk.close(winner.id);
    }
    const rents: { details: unknown[] }[] = await rentsOf(client.id);
    expect(rents.map(({ details }) => details.length)).toEqual(Array(10).fill(2));
  });

  it('gives overlapping baskets whole or not at all', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(3)];
    const [a, b, c] = movie.copies.map(({ id }: { id: number }) => id) as [number, number, number];
    const baskets = [
      [a, b],
      [b, c],
      [c, a],
    ];
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all([...baskets, ...baskets].map((basket) => order(client.id, ...basket)));
      expect(statuses(answers)).toEqual({ 201: 1, 409: 5 });
      await shop.clerk.close(answers.find(({ status }) => status === 201)!.body.id);
    }
  });

  it('keeps what 200 good requests did while others among them fail', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(200)];
    const copyIds: number[] = movie.copies.map(({ id }: { id: number }) => id);
    const missing = 2 ** 31 - 1;
    const [good, bad] = await Promise.all([
      Promise.all(copyIds.map((copyId) => order(client.id, copyId))),
      Promise.all(copyIds.slice(0, 20).map((copyId) => order(client.id, copyId, missing))),
    ]);
    expect(statuses(good)).toEqual({ 201: 200 });
    expect(statuses(bad)).toEqual({ 422: 20 });
    const path = `/clients/${client.id}/movie_rents?limit=200&include_total=true`;
    const { body, headers } = await shop.api.get(path).expect(200);
    expect(headers['x-total-count']).toBe('200');
    const lent: number[] = body.flatMap((rent: { details: { movie_copy_id: number }[] }) =>
      rent.details.map((line) => line.movie_copy_id),
    );
    expect(lent.sort((one, other) => one - other)).toEqual(copyIds);
  });

  it('never takes a copy out of stock while it is rented', async () => {
    const client = await shop.clerk.client();
    for (let round = 0; round < 5; round++) {
      const movie = await shop.clerk.movie(4);
      const copyIds: number[] = movie.copies.map(({ id }: { id: number }) => id);
      const { title, year, genre_id } = movie;
      const lower = () => shop.api.put(`/movies/${movie.id}/with_stock`).send({ title, year, genre_id, stock: 2 });
      const requests = copyIds.map((copyId) => () => order(client.id, copyId));
      const turn = round % 5;
      requests.splice(turn, 0, lower);
      const rented = await Promise.all(requests.map((request) => request()));
      const [lowered] = rented.splice(turn, 1) as [(typeof rented)[number]];
      const out = rented.filter(({ status }) => status === 201).length;
      expect(lowered.status).toBe(out > 2 ? 409 : 200);
      expect(statuses(rented)).toEqual({ ...(out > 0 && { 201: out }), ...(out < 4 && { 409: 4 - out }) });
      const { body } = await shop.api.get(`/movies/${movie.id}`).expect(200);
      expect(body).toMatchObject(
        lowered.status === 200 ? { stock: 2, available: 2 - out } : { stock: 4, available: 4 - out },
      );
    }
  });
});
