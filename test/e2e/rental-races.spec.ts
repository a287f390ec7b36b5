import { invariantViolations } from '../support/database/invariants.js';
import { inParallel } from '../support/parallel.js';
import { useShop } from '../support/shop.js';
import { statuses } from '../support/statuses.js';

describe('concurrent rentals', () => {
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

  it('lets exactly one of many rent any copy of a movie with one left', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const details = [{ movie_id: movie.id }];
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => shop.api.post('/movie_rents').send({ client_id: client.id, details })),
    );
    expect(statuses(answers)).toEqual({ 201: 1, 409: 99 });
  });

  it('rents crossed orders atomically and without deadlock', async () => {
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

  describe('of clients with a limit', () => {
    const codesOf = (answers: readonly { body: { errors?: { code: string }[] } }[]) =>
      answers.map(({ body }) => body.errors?.map(({ code }) => code) ?? []);
    const copiesOf = async (count: number): Promise<number[]> =>
      Promise.all(Array.from({ length: count }, async () => (await shop.clerk.movie(1)).copies[0].id));

    it('let exactly one of 10 rentals reach the limit; the others get 409 limit_reached', async () => {
      const [client, copies] = [await shop.clerk.client({ max_open_copies: 3 }), await copiesOf(12)];
      await shop.clerk.rent(client.id, copies[10]!, copies[11]!);
      const answers = await Promise.all(copies.slice(0, 10).map((copyId) => order(client.id, copyId)));
      expect(statuses(answers)).toEqual({ 201: 1, 409: 9 });
      expect(codesOf(answers).flat()).toEqual(Array(9).fill('limit_reached'));
      const refusals = answers
        .filter(({ status }) => status === 409)
        .map(({ body }) => [body.type, body.errors[0].open]);
      expect(new Set(refusals.map(String))).toEqual(new Set(['/problems/check-out-refused,3']));
    });

    it('let exactly one of the crossed orders {a, b} and {b, a} succeed', async () => {
      const [client, [a, b]] = [await shop.clerk.client({ max_open_copies: 2 }), await copiesOf(2)];
      for (let round = 0; round < 5; round++) {
        const answers = await Promise.all(
          Array.from({ length: 16 }, (_, index) => (index % 2 ? order(client.id, a!, b!) : order(client.id, b!, a!))),
        );
        expect(statuses(answers)).toEqual({ 201: 1, 409: 15 });
        const refusals = codesOf(answers).filter((codes) => codes.length > 0);
        expect(new Set(refusals.map(String))).toEqual(new Set(['limit_reached,copy_rented,copy_rented']));
        await shop.clerk.close(answers.find(({ status }) => status === 201)!.body.id);
      }
    });

    it('do not let a correction and a rental both reach the limit', async () => {
      const [client, copies] = [await shop.clerk.client({ max_open_copies: 2 }), await copiesOf(6)];
      for (const [kept, added, other] of [copies.slice(0, 3), copies.slice(3)] as [number, number, number][]) {
        const rent = await shop.clerk.rent(client.id, kept);
        const details = [kept, added].map((id) => ({ movie_copy_id: id }));
        const answers = await Promise.all([
          shop.api.put(`/movie_rents/${rent.id}`).send({ client_id: client.id, details }),
          order(client.id, other),
        ]);
        expect(codesOf(answers).flat()).toEqual(['limit_reached']);
        for (const { id } of await rentsOf(client.id)) await shop.clerk.close(id);
      }
    });
  });

  it('lets a walk-in client without limits rent at many desks concurrently', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(40)];
    const copyIds: number[] = movie.copies.map(({ id }: { id: number }) => id);
    expect(statuses(await Promise.all(copyIds.map((copyId) => order(client.id, copyId))))).toEqual({ 201: 40 });
  });

  it('rents overlapping orders atomically', async () => {
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

  it('stores 200 successful requests among failing ones', async () => {
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

  it('never retires a copy while it is rented', async () => {
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

  it('violates no invariant in any order of the requests', async () => {
    expect(await invariantViolations(shop.databaseUrl)).toEqual([]);
  });
});
