import { PassThrough } from 'node:stream';
import { Client } from 'pg';
import type { Response, Test } from 'supertest';
import { loadShop } from '../../../scripts/import/load-shop.js';
import { Progress } from '../../../scripts/support/progress.js';
import { readDatasets } from '../../../scripts/import/datasets.js';
import { UnitOfWork } from '../../../src/platform/database/unit-of-work.js';
import { openShop } from '../../support/app.js';
import { refused } from '../../support/http/problem.js';
import { useShop } from '../../support/shop.js';

/** Row locks on PostgreSQL: each test holds a lock in a transaction of its own, and shows that a request waits for it. */
describe('row locks on PostgreSQL', () => {
  const shop = useShop();
  /** Another transaction on the same database. */
  let other: Client;
  beforeEach(async () => {
    other = new Client({ connectionString: shop.databaseUrl });
    await other.connect();
  });
  afterEach(() => other.end());

  /**
   * Runs `statements` in the other transaction, starts `work`, and ends the other transaction by `end` once the work
   * waits for it, or has ended without waiting.
   */
  async function race<Result>(
    statements: string,
    end: 'COMMIT' | 'ROLLBACK',
    work: () => PromiseLike<Result>,
  ): Promise<{ waited: boolean; result: Result }> {
    await other.query(`BEGIN; ${statements}`);
    let ended = false;
    const working = Promise.resolve(work()).finally(() => (ended = true));
    let waited = false;
    while (!ended && !waited) waited = await isWaitedFor();
    await other.query(end);
    return { waited, result: await working };
  }

  async function isWaitedFor(holder = other): Promise<boolean> {
    await holder.query('SELECT pg_stat_clear_snapshot()');
    const { rowCount } = await holder.query(
      'SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))',
    );
    return rowCount! > 0;
  }

  /** Returns the response to a request that has to wait for the other transaction to commit. */
  async function afterCommitOf(statements: string, request: () => Test): Promise<Response> {
    const { waited, result } = await race(statements, 'COMMIT', request);
    expect(waited).toBe(true);
    return result;
  }

  /** The same lock as that of a unit of work that checks the row. */
  const locked = (table: string, id: number) => `SELECT FROM ${table} WHERE id = ${id} FOR NO KEY UPDATE`;
  const expectToWait = async (statement: string, request: () => Test) =>
    expect((await race(statement, 'ROLLBACK', request)).waited).toBe(true);

  /* eslint-disable-next-line @typescript-eslint/no-explicit-any -- a rental as it is answered */
  type Rent = Record<string, any>;
  const rental = async (...copyIds: number[]) => shop.clerk.rent((await shop.clerk.client())['id'], ...copyIds);
  const returnLine = (path: string, line: object) => shop.api.post(`${path}/returns`).send({ details: [line] });
  const returnStack = (...copies: object[]) => shop.api.post('/returns').send({ copies });
  /** Changes of a rental at `path`: a correction of it, or a return of one of its lines. */
  const changesOfRental: [name: string, change: (path: string, correction: object, line: object) => Test][] = [
    ['closing', (path) => shop.api.put(`${path}/close`)],
    ['deleting', (path) => shop.api.delete(path)],
    ['amending', (path, correction) => shop.api.put(path).send(correction)],
    ['returning a line of', (path, _, line) => returnLine(path, line)],
    ['returning a stack with a copy of', (_path, _, line) => returnStack(line)],
    ['voiding', (path) => shop.api.post(`${path}/void`).send({ comment: 'Entered twice.' })],
  ];
  const rent = (clientId: number, line: object) =>
    shop.api.post('/movie_rents').send({ client_id: clientId, details: [line] });

  describe('of a client', () => {
    const order = (clientId: number, ...copyIds: number[]) =>
      shop.api
        .post('/movie_rents')
        .send({ client_id: clientId, details: copyIds.map((id) => ({ movie_copy_id: id })) });
    const copy = async () => (await shop.clerk.movie(1))['copies'][0].id as number;

    it('block a rental if a limit applies, which then counts concurrent rentals', async () => {
      const client = await shop.clerk.client({ max_open_copies: 1 });
      const lent = await rental(await copy());
      const free = await copy();
      const lend = `${locked('client', client['id'])};
        UPDATE movie_rent SET client_id = ${client['id']} WHERE id = ${lent['id']}`;
      const { body } = await afterCommitOf(lend, () => order(client['id'], free));
      expect(body).toMatchObject({ type: '/problems/check-out-refused', errors: [{ code: 'limit_reached', open: 1 }] });
    });

    it('do not block a rental without a limit', async () => {
      const [client, free] = [await shop.clerk.client(), await copy()];
      const { waited, result } = await race(locked('client', client['id']), 'COMMIT', () => order(client['id'], free));
      expect([waited, result.status]).toEqual([false, 201]);
    });
  });

  // A program that takes no locks: the unique index is the last guard.
  describe('not taken by another program', () => {
    const insert = (rentId: number, copyId: number) =>
      `INSERT INTO movie_rent_detail (movie_rent_id, client_id, movie_copy_id, lent_datetime)
       SELECT id, client_id, ${copyId}, '2026-01-01T00:00:00.000Z' FROM movie_rent WHERE id = ${rentId}`;

    it('a rental of a copy that is rented meanwhile gets the 409 of the check', async () => {
      const [lent, client] = [await rental((await shop.clerk.movie(1))['copies'][0].id), await shop.clerk.client()];
      const { copies } = await shop.clerk.movie(1);
      const line = { movie_copy_id: copies[0].id };
      const { body } = await afterCommitOf(insert(lent['id'], copies[0].id), () => rent(client['id'], line));
      expect(body).toMatchObject({
        type: '/problems/copy-already-rented',
        movie_copy_ids: [copies[0].id],
        errors: [{ pointer: '#/details/0/movie_copy_id', code: 'copy_rented' }],
      });
    });

    it('a correction that adds a copy gets the 409 of the check too', async () => {
      const lent = await rental((await shop.clerk.movie(1))['copies'][0].id);
      const kept = (await shop.clerk.movie(1))['copies'][0].id;
      const { copies } = await shop.clerk.movie(1);
      const { id, client_id } = await rental(kept);
      const details = [{ movie_copy_id: kept }, { movie_copy_id: copies[0].id }];
      const { body } = await afterCommitOf(insert(lent['id'], copies[0].id), () =>
        shop.api.put(`/movie_rents/${id}`).send({ client_id, details }),
      );
      expect(body).toMatchObject({
        type: '/problems/copy-already-rented',
        errors: [{ pointer: '#/details/1/movie_copy_id', code: 'copy_rented' }],
      });
    });

    it('a rental of any copy of a movie takes another one', async () => {
      const [lent, client] = [await rental((await shop.clerk.movie(1))['copies'][0].id), await shop.clerk.client()];
      const { id, copies } = await shop.clerk.movie(2);
      const lend = insert(lent['id'], copies[0].id);
      const { body } = await afterCommitOf(lend, () => rent(client['id'], { movie_id: id }));
      expect(body.details).toMatchObject([{ movie_copy_id: copies[1].id }]);
    });
  });

  describe('of a movie, which cover its copies', () => {
    it.each(['movie_copy_id', 'movie_id'])('a rental by %s waits', async (by) => {
      const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
      const line = { [by]: by === 'movie_id' ? movie['id'] : movie['copies'][0].id };
      await expectToWait(locked('movie', movie['id']), () => rent(client['id'], line));
    });

    it('a rental by code waits, and lends no copy that got another code meanwhile', async () => {
      const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
      const [{ id, code }] = movie['copies'];
      const { status, body } = await afterCommitOf(
        `${locked('movie', movie['id'])}; UPDATE movie_copy SET code = 'NEW-CODE', code_key = 'new-code' WHERE id = ${id}`,
        () => rent(client['id'], { code }),
      );
      expect([status, body.errors]).toMatchObject([422, [{ pointer: '#/details/0/code', code: 'unknown' }]]);
    });

    it.each(changesOfRental)('%s a rental waits for the movie of a returned copy', async (_, change) => {
      const kept = (await shop.clerk.movie(1))['copies'][0].id;
      const { id: movieId, copies } = await shop.clerk.movie(1);
      const { id, client_id } = await rental(kept, copies[0].id);
      const correction = { client_id, details: [{ movie_copy_id: kept }] };
      const line = { movie_copy_id: copies[0].id };
      await expectToWait(locked('movie', movieId), () => change(`/movie_rents/${id}`, correction, line));
    });

    it('amending a rental waits for the movie of a copy that is added', async () => {
      const kept = (await shop.clerk.movie(1))['copies'][0].id;
      const { id: movieId, copies } = await shop.clerk.movie(1);
      const { id, client_id } = await rental(kept);
      const correction = { client_id, details: [{ movie_copy_id: kept }, { movie_copy_id: copies[0].id }] };
      await expectToWait(locked('movie', movieId), () => shop.api.put(`/movie_rents/${id}`).send(correction));
    });

    it('changing the state of a copy waits for a rental of it, and gets 409 copy-is-out', async () => {
      const lent = await rental((await shop.clerk.movie(1))['copies'][0].id);
      const { id: movieId, copies } = await shop.clerk.movie(1);
      const lend = `${locked('movie', movieId)};
        UPDATE movie_rent_detail SET movie_copy_id = ${copies[0].id} WHERE movie_rent_id = ${lent['id']}`;
      const lose = () => shop.api.patch(`/movie_copies/${copies[0].id}`).send({ service_state: 'lost' });
      expect((await afterCommitOf(lend, lose)).body.type).toBe('/problems/copy-is-out');
    });

    it('deleting a copy waits for a rental of it, and gets 409 copy-was-rented', async () => {
      const lent = await rental((await shop.clerk.movie(1))['copies'][0].id);
      const { id: movieId, copies } = await shop.clerk.movie(1);
      const lend = `${locked('movie', movieId)};
        UPDATE movie_rent_detail SET movie_copy_id = ${copies[0].id} WHERE movie_rent_id = ${lent['id']}`;
      const response = await afterCommitOf(lend, () => shop.api.delete(`/movie_copies/${copies[0].id}`));
      expect(response.body.type).toBe('/problems/copy-was-rented');
    });

    /** Moves a copy in the other transaction; then a third one changes the copy under the lock of its new movie. */
    async function afterMove(copyId: number, from: number, to: number, change: string, request: () => Test) {
      const third = new Client({ connectionString: shop.databaseUrl });
      await third.connect();
      try {
        await third.query(`BEGIN; ${locked('movie', to)}`);
        await other.query(
          `BEGIN; ${locked('movie', from)}; UPDATE movie_copy SET movie_id = ${to} WHERE id = ${copyId}`,
        );
        let ended = false;
        const working = Promise.resolve(request()).finally(() => (ended = true));
        while (!(await isWaitedFor()));
        await other.query('COMMIT');
        // The request waits for the third transaction next, which only the statistics of that one show.
        const isBlocking = async () => {
          await third.query('SELECT pg_stat_clear_snapshot()');
          const sql = 'SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))';
          return (await third.query(sql)).rowCount! > 0;
        };
        while (!ended && !(await isBlocking()));
        await third.query(`${change}; COMMIT`);
        return await working;
      } finally {
        await third.end();
      }
    }

    it.each(['movie_copy_id', 'code'])(
      'a rental by %s of a copy that is moved meanwhile waits for the new movie too, and sees what changed',
      async (by) => {
        const [client, { id: to }] = [await shop.clerk.client(), await shop.clerk.movie(0)];
        const { id: from, copies } = await shop.clerk.movie(1);
        const line = { [by]: by === 'code' ? copies[0].code : copies[0].id };
        const retire = `UPDATE movie_copy SET service_state = 'retired' WHERE id = ${copies[0].id}`;
        const { body } = await afterMove(copies[0].id, from, to, retire, () => rent(client['id'], line));
        expect(body.type).toBe('/problems/copy-not-in-service');
      },
    );

    it.each([
      ['changing', 'copy-is-out', (path: string) => shop.api.patch(path).send({ service_state: 'lost' })],
      ['deleting', 'copy-was-rented', (path: string) => shop.api.delete(path)],
      ['moving', 'copy-was-rented', (path: string) => shop.api.patch(path).send({ movie_id: 1 })],
    ])('%s a copy that is moved meanwhile waits for the new movie too, and gets 409 %s', async (_, type, request) => {
      const lent = await rental((await shop.clerk.movie(1))['copies'][0].id);
      const { id: to } = await shop.clerk.movie(0);
      const { id: from, copies } = await shop.clerk.movie(1);
      const lend = `UPDATE movie_rent_detail SET movie_copy_id = ${copies[0].id} WHERE movie_rent_id = ${lent['id']}`;
      const { body } = await afterMove(copies[0].id, from, to, lend, () => request(`/movie_copies/${copies[0].id}`));
      expect(body.type).toBe(`/problems/${type}`);
    });

    it('moving a copy waits for a rental of it, and gets 409 copy-was-rented', async () => {
      const lent = await rental((await shop.clerk.movie(1))['copies'][0].id);
      const { id: to } = await shop.clerk.movie(0);
      const { id: movieId, copies } = await shop.clerk.movie(1);
      const lend = `${locked('movie', movieId)};
        UPDATE movie_rent_detail SET movie_copy_id = ${copies[0].id} WHERE movie_rent_id = ${lent['id']}`;
      const move = () => shop.api.patch(`/movie_copies/${copies[0].id}`).send({ movie_id: to });
      expect((await afterCommitOf(lend, move)).body.type).toBe('/problems/copy-was-rented');
    });

    it('moving a copy waits for its new movie, and gets 422 if that was deleted', async () => {
      const { id: to } = await shop.clerk.movie(0);
      const { copies } = await shop.clerk.movie(1);
      const move = () => shop.api.patch(`/movie_copies/${copies[0].id}`).send({ movie_id: to });
      const response = await afterCommitOf(`DELETE FROM movie WHERE id = ${to}`, move);
      expect([response.status, response.body.errors]).toMatchObject([
        422,
        [{ pointer: '#/movie_id', code: 'unknown' }],
      ]);
    });

    it('changing the stock waits for a rental, and gets 409 stock-too-low', async () => {
      const lent = await rental((await shop.clerk.movie(1))['copies'][0].id);
      const { id, title, year, genre_id, copies } = await shop.clerk.movie(1);
      const lend = `${locked('movie', id)};
        UPDATE movie_rent_detail SET movie_copy_id = ${copies[0].id} WHERE movie_rent_id = ${lent['id']}`;
      const lower = () => shop.api.put(`/movies/${id}/with_stock`).send({ title, year, genre_id, stock: 0 });
      expect((await afterCommitOf(lend, lower)).status).toBe(409);
    });

    it.each([
      ['adding a copy', (movieId: number) => shop.api.post(`/movies/${movieId}/copies`).send({})],
      [
        'bringing a copy back into service',
        (_: number, copyId: number) => shop.api.patch(`/movie_copies/${copyId}`).send({ service_state: 'in_service' }),
      ],
    ])('%s, which counts the stock, waits', async (_, request) => {
      const { id, copies } = await shop.clerk.movie(1);
      await shop.api.patch(`/movie_copies/${copies[0].id}`).send({ service_state: 'lost' }).expect(200);
      await expectToWait(locked('movie', id), () => request(id, copies[0].id));
    });
  });

  describe('of the movie that a copy belongs to once its former movie was merged', () => {
    /** A third transaction, which holds the surviving movie. */
    let holder: Client;
    beforeEach(async () => {
      holder = new Client({ connectionString: shop.databaseUrl });
      await holder.connect();
    });
    afterEach(() => holder.end());

    const comment = 'Entered twice.';
    const ofLine = (lent: Rent): string => `/movie_rent_details/${lent['details'][0].id}`;
    it.each<[string, (rent: Rent, copy: { id: number; code: string }) => Test]>([
      ['a rental by movie_copy_id', ({ client_id }, { id }) => rent(client_id, { movie_copy_id: id })],
      ['a rental by code', ({ client_id }, { code }) => rent(client_id, { code })],
      ['closing a rental', ({ id }) => shop.api.put(`/movie_rents/${id}/close`)],
      ['deleting a rental', ({ id }) => shop.api.delete(`/movie_rents/${id}`)],
      [
        'amending a rental',
        ({ id, client_id, details }, free) => {
          const kept = details.map(({ movie_copy_id }: { movie_copy_id: number }) => ({ movie_copy_id }));
          return shop.api.put(`/movie_rents/${id}`).send({ client_id, details: [...kept, { movie_copy_id: free.id }] });
        },
      ],
      ['returning a line', ({ id, details }) => returnLine(`/movie_rents/${id}`, { id: details[0].id })],
      ['returning a stack', ({ details }) => returnStack({ movie_copy_id: details[0].movie_copy_id })],
      ['voiding a rental', ({ id }) => shop.api.post(`/movie_rents/${id}/void`).send({ comment })],
      ['the loss of a line', (lent) => shop.api.post(`${ofLine(lent)}/lost`)],
      ['undoing a return', (lent) => shop.api.post(`${ofLine(lent)}/undo_return`).send({ comment })],
      ['changing a copy', (_, { id }) => shop.api.patch(`/movie_copies/${id}`).send({ service_state: 'retired' })],
      ['deleting a copy', (_, { id }) => shop.api.delete(`/movie_copies/${id}`)],
    ])('%s waits for it too', async (name, request) => {
      const [survivor, { id, copies }] = [await shop.clerk.movie(1), await shop.clerk.movie(2)];
      const lent = await rental(copies[0].id);
      if (name === 'undoing a return') await shop.clerk.close(lent['id']);
      await holder.query(`BEGIN; ${locked('movie', survivor['id'])}`);
      await other.query(`BEGIN; SELECT FROM movie WHERE id = ${id} FOR UPDATE;
        UPDATE movie_copy SET movie_id = ${survivor['id']} WHERE movie_id = ${id};
        DELETE FROM movie WHERE id = ${id}`);
      let ended = false;
      const working = Promise.resolve(request(lent, copies[1])).finally(() => (ended = true));
      while (!ended && !(await isWaitedFor()));
      await other.query('COMMIT');
      let waited = false;
      while (!ended && !waited) waited = await isWaitedFor(holder);
      await holder.query('COMMIT');
      expect([waited, (await working).status < 300]).toEqual([true, true]);
    });
  });

  describe('of a rental', () => {
    it.each(changesOfRental)('%s the rental waits', async (_, change) => {
      const copy = (await shop.clerk.movie(1))['copies'][0].id;
      const { id, client_id } = await rental(copy);
      const line = { movie_copy_id: copy };
      const correction = { client_id, details: [line] };
      await expectToWait(locked('movie_rent', id), () => change(`/movie_rents/${id}`, correction, line));
    });

    it('a renewal waits for its rental, and counts the renewal that was made meanwhile', async () => {
      await shop.api.patch('/shop').send({ rental_days: 3, max_renewals: 1 }).expect(200);
      const { id, details } = await rental((await shop.clerk.movie(1))['copies'][0].id);
      const line = details[0].id as number;
      const { status, body } = await afterCommitOf(
        `${locked('movie_rent', id)}; UPDATE movie_rent_detail SET renewals = 1 WHERE id = ${line}`,
        () => shop.api.post(`/movie_rents/${id}/renewals`).send({ details: [{ id: line }] }),
      );
      expect([status, body.errors]).toMatchObject([409, [{ code: 'renewal_limit_reached' }]]);
      await shop.api.patch('/shop').send({ rental_days: null, max_renewals: null }).expect(200);
    });

    it.each(['lost', 'undo_return'])(
      '%s of a line waits for its rental, and for the movie of its copy',
      async (call) => {
        const { id: movieId, copies } = await shop.clerk.movie(1);
        const { id, details } = await rental(copies[0].id);
        if (call === 'undo_return') await shop.clerk.close(id);
        const body = call === 'undo_return' ? { comment: 'The wrong disc was scanned.' } : undefined;
        const request = () => shop.api.post(`/movie_rent_details/${details[0].id}/${call}`).send(body);
        await expectToWait(`${locked('movie_rent', id)}; ${locked('movie', movieId)}`, request);
        const { id: other, copies: others } = await shop.clerk.movie(1);
        const next = await rental(others[0].id);
        if (call === 'undo_return') await shop.clerk.close(next['id']);
        const ofNext = () => shop.api.post(`/movie_rent_details/${next['details'][0].id}/${call}`).send(body);
        await expectToWait(locked('movie', other), ofNext);
      },
    );

    it('returning a stack leaves out a copy that was lent elsewhere while it waited', async () => {
      const copyId = (await shop.clerk.movie(1))['copies'][0].id;
      const [former, next] = [await rental(copyId), await rental((await shop.clerk.movie(1))['copies'][0].id)];
      const lend = `${locked('movie_rent', former['id'])};
        UPDATE movie_rent_detail SET returned_datetime = lent_datetime WHERE movie_rent_id = ${former['id']};
        UPDATE movie_rent_detail SET movie_copy_id = ${copyId} WHERE movie_rent_id = ${next['id']}`;
      const { body } = await afterCommitOf(lend, () => returnStack({ movie_copy_id: copyId }));
      expect(body.copies).toMatchObject([{ outcome: 'already_in', line: { movie_rent_id: former['id'] } }]);
      expect((await shop.api.get(`/movie_rents/${next['id']}`)).body.is_closed).toBe(false);
    });

    it('returning a stack leaves out a copy whose line was corrected to another copy while it waited', async () => {
      const [wrong, right] = (await shop.clerk.movie(2))['copies'].map(({ id }: { id: number }) => id);
      const { id } = await rental(wrong);
      const correct = `${locked('movie_rent', id)};
        UPDATE movie_rent_detail SET movie_copy_id = ${right} WHERE movie_rent_id = ${id}`;
      const { body } = await afterCommitOf(correct, () => returnStack({ movie_copy_id: wrong }));
      expect(body.copies).toMatchObject([{ outcome: 'already_in', line: null }]);
      expect((await shop.api.get(`/movie_rents/${id}`)).body.is_closed).toBe(false);
    });

    it('stacks of the same copies in opposite order, and closing their rentals, wait without a deadlock', async () => {
      const { stats } = shop.app.get(UnitOfWork);
      for (let round = 0; round < 5; round++) {
        const copies = await Promise.all(
          Array.from({ length: 8 }, async () => ({ movie_copy_id: (await shop.clerk.movie(1))['copies'][0].id })),
        );
        const rents = [];
        for (const { movie_copy_id } of [...copies].reverse()) rents.push(await rental(movie_copy_id));
        const stacks = [copies, [...copies].reverse(), copies, [...copies].reverse()];
        const answers = await Promise.all([
          ...rents.map(({ id }) => shop.api.put(`/movie_rents/${id}/close`)),
          ...stacks.map((stack) => returnStack(...stack)),
        ]);
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      }
      expect(shop.app.get(UnitOfWork).stats.retries).toBe(stats.retries);
    });
  });

  describe('of records that are merged or erased', () => {
    const mergeClients = (id: number, duplicate: number) =>
      shop.api.post(`/clients/${id}/merge`).send({ client_id: duplicate, comment: 'Registered twice.' });
    const mergeMovies = (id: number, duplicate: number) =>
      shop.api.post(`/movies/${id}/merge`).send({ movie_id: duplicate, comment: 'Entered twice.' });
    const client = async (): Promise<number> => (await shop.clerk.client())['id'];
    const copy = async (): Promise<number> => (await shop.clerk.movie(1))['copies'][0].id;
    const clientOf = async (rentId: number) => (await shop.api.get(`/movie_rents/${rentId}`)).body.client_id;

    it.each([
      ['surviving', 0],
      ['other', 1],
    ])('merging clients waits for the %s client', async (_, which) => {
      const ids = [await client(), await client()] as const;
      await expectToWait(locked('client', ids[which]!), () => mergeClients(...ids));
    });

    it.each([
      ['surviving', 0],
      ['other', 1],
    ])('merging movies waits for the %s movie', async (_, which) => {
      const ids = [(await shop.clerk.movie(0))['id'], (await shop.clerk.movie(0))['id']] as const;
      await expectToWait(locked('movie', ids[which]), () => mergeMovies(...ids));
    });

    it('merging clients waits for a rental of the duplicate, and holds no client meanwhile', async () => {
      const [id, duplicate] = [await client(), await client()];
      const { id: rentId } = await shop.clerk.rent(duplicate, await copy());
      await other.query(`BEGIN; ${locked('movie_rent', rentId)}`);
      let ended = false;
      const merging = mergeClients(id, duplicate).then(({ status }) => ((ended = true), status));
      while (!ended && !(await isWaitedFor()));
      // A correction of the rental would lock the client now.
      await other.query(`SELECT FROM client WHERE id = ${duplicate} FOR NO KEY UPDATE NOWAIT; COMMIT`);
      expect([await merging, await clientOf(rentId)]).toEqual([200, id]);
    });

    it('erasing a client waits for changes of its rentals, whose comments it would not see', async () => {
      const { id: rentId, client_id: id } = await rental(await copy());
      await shop.clerk.close(rentId as number);
      await expectToWait(locked('movie_rent', rentId as number), () => shop.api.post(`/clients/${id}/erasure`));
    });

    it('erasing a client starts over if the client got a rental while it waited', async () => {
      const [id, { id: rentId }] = [await client(), await rental(await copy())];
      await shop.clerk.close(rentId as number);
      const { stats } = shop.app.get(UnitOfWork);
      const give = `${locked('client', id)}; UPDATE movie_rent SET client_id = ${id} WHERE id = ${rentId}`;
      expect((await afterCommitOf(give, () => shop.api.post(`/clients/${id}/erasure`))).status).toBe(200);
      expect(shop.app.get(UnitOfWork).stats.rolledBack).toBe(stats.rolledBack + 1);
    });

    it('merging clients starts over if the duplicate got a rental while it waited, and moves that rental too', async () => {
      const [id, duplicate, third] = [await client(), await client(), await client()];
      await shop.clerk.rent(duplicate, await copy());
      const { id: rentId } = await shop.clerk.rent(third, await copy());
      const { stats } = shop.app.get(UnitOfWork);
      const give = `${locked('client', duplicate)}; UPDATE movie_rent SET client_id = ${duplicate} WHERE id = ${rentId}`;
      expect((await afterCommitOf(give, () => mergeClients(id, duplicate))).status).toBe(200);
      expect(await clientOf(rentId)).toBe(id);
      expect(shop.app.get(UnitOfWork).stats.rolledBack).toBe(stats.rolledBack + 1);
    });

    it('merging in opposite directions does not deadlock', async () => {
      const { stats } = shop.app.get(UnitOfWork);
      for (let round = 0; round < 10; round++) {
        const [one, another] = [await client(), await client()];
        const [movie, twin] = [(await shop.clerk.movie(0))['id'], (await shop.clerk.movie(0))['id']];
        const answers = await Promise.all([
          mergeClients(one, another),
          mergeClients(another, one),
          mergeMovies(movie, twin),
          mergeMovies(twin, movie),
        ]);
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 404, 404]);
      }
      expect(shop.app.get(UnitOfWork).stats.retries).toBe(stats.retries);
    });

    it('merging clients beside corrections and renewals of their rentals does not deadlock', async () => {
      await shop.api.patch('/shop').send({ rental_days: 3 }).expect(200);
      const { stats } = shop.app.get(UnitOfWork);
      for (let round = 0; round < 10; round++) {
        const [id, duplicate] = [await client(), await client()];
        const rents: Rent[] = [];
        for (let index = 0; index < 4; index++)
          rents.push(await shop.clerk.rent(index % 2 ? id : duplicate, await copy()));
        const answers = await Promise.all([
          ...rents.map(({ id: rentId, details }) =>
            shop.api.post(`/movie_rents/${rentId}/renewals`).send({ details: [{ id: details[0].id }] }),
          ),
          mergeClients(id, duplicate),
          ...rents.map(({ id: rentId, details }) =>
            shop.api
              .put(`/movie_rents/${rentId}`)
              .send({ client_id: id, details: [{ movie_copy_id: details[0].movie_copy_id }] }),
          ),
        ]);
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      }
      expect(shop.app.get(UnitOfWork).stats.retries).toBe(stats.retries);
      await shop.api.patch('/shop').send({ rental_days: null }).expect(200);
    });

    it('a rental for a client who is merged meanwhile gets 422', async () => {
      const [id, duplicate, copyId] = [await client(), await client(), await copy()];
      const remove = `SELECT FROM client WHERE id IN (${id}, ${duplicate}) FOR UPDATE;
        DELETE FROM client WHERE id = ${duplicate}`;
      const { status, body } = await afterCommitOf(remove, () => rent(duplicate, { movie_copy_id: copyId }));
      expect([status, body.errors]).toMatchObject([422, [{ pointer: '#/client_id', code: 'unknown' }]]);
    });
  });

  describe('of a row that others refer to', () => {
    it('deleting a genre waits for a movie that is added to it, and gets 409 genre-in-use', async () => {
      const { id: genreId } = await shop.clerk.genre();
      const { id: movieId } = await shop.clerk.movie(0);
      const refer = `UPDATE movie SET genre_id = ${genreId} WHERE id = ${movieId}`;
      const response = await afterCommitOf(refer, () => shop.api.delete(`/genres/${genreId}`));
      expect(response.body.type).toBe('/problems/genre-in-use');
    });

    it('deleting a client waits for a rental that is made, and gets 409 client-has-rents', async () => {
      const { id: clientId } = await shop.clerk.client();
      const { id: rentId } = await rental((await shop.clerk.movie(1))['copies'][0].id);
      const refer = `UPDATE movie_rent SET client_id = ${clientId} WHERE id = ${rentId}`;
      const response = await afterCommitOf(refer, () => shop.api.delete(`/clients/${clientId}`));
      expect(response.body.type).toBe('/problems/client-has-rents');
    });

    it('deleting a movie waits for a copy that is added, and deletes that copy too', async () => {
      const { id: movieId } = await shop.clerk.movie(0);
      const copyId = (await shop.clerk.movie(1))['copies'][0].id;
      const refer = `UPDATE movie_copy SET movie_id = ${movieId} WHERE id = ${copyId}`;
      expect((await afterCommitOf(refer, () => shop.api.delete(`/movies/${movieId}`))).status).toBe(204);
      await refused(shop.api.get(`/movie_copies/${copyId}`), 404, 'not-found');
    });

    it('deleting a movie waits for a rental of one of its copies, and gets 409 movie-was-rented', async () => {
      const { id: movieId } = await shop.clerk.movie(0);
      const copyId = (await shop.clerk.movie(1))['copies'][0].id;
      await rental(copyId);
      const refer = `UPDATE movie_copy SET movie_id = ${movieId} WHERE id = ${copyId}`;
      const response = await afterCommitOf(refer, () => shop.api.delete(`/movies/${movieId}`));
      expect(response.body.type).toBe('/problems/movie-was-rented');
    });

    it('a rental waits for a client that is deleted, and gets 422', async () => {
      const { id: clientId } = await shop.clerk.client();
      const copyId = (await shop.clerk.movie(1))['copies'][0].id;
      const remove = `DELETE FROM client WHERE id = ${clientId}`;
      const { status, body } = await afterCommitOf(remove, () => rent(clientId, { movie_copy_id: copyId }));
      expect([status, body.errors]).toEqual([422, [expect.objectContaining({ pointer: '#/client_id' })]]);
    });

    it('an amendment waits for its new client that is deleted, and gets 422', async () => {
      const { id: clientId } = await shop.clerk.client();
      const copyId = (await shop.clerk.movie(1))['copies'][0].id;
      const { id } = await rental(copyId);
      const correction = { client_id: clientId, details: [{ movie_copy_id: copyId }] };
      const remove = `DELETE FROM client WHERE id = ${clientId}`;
      const amend = () => shop.api.put(`/movie_rents/${id}`).send(correction);
      const { status, body } = await afterCommitOf(remove, amend);
      expect([status, body.errors]).toEqual([422, [expect.objectContaining({ pointer: '#/client_id' })]]);
    });

    it('rentals of one client don’t wait for each other', async () => {
      const { id: clientId } = await shop.clerk.client();
      const copyId = (await shop.clerk.movie(1))['copies'][0].id;
      const keep = `SELECT FROM client WHERE id = ${clientId} FOR KEY SHARE`;
      const { waited } = await race(keep, 'ROLLBACK', () => rent(clientId, { movie_copy_id: copyId }));
      expect(waited).toBe(false);
    });
  });

  describe('of a row that is changed', () => {
    const added = {
      genre: async () => ['/genres', await shop.clerk.genre(), `description = 'Other'`] as const,
      client: async () => ['/clients', await shop.clerk.client(), `address = 'Other'`] as const,
      movie: async () => ['/movies', await shop.clerk.movie(1), `description = 'Other'`] as const,
      movie_copy: async () => {
        const { copies } = await shop.clerk.movie(1);
        return ['/movie_copies', copies[0], `service_state = 'lost'`] as const;
      },
    };
    const tables = Object.keys(added) as (keyof typeof added)[];
    /** A change as a unit of work makes it: of a copy under the lock of its movie. */
    const changeOf = (table: string, id: number, change: string, movieId?: number) =>
      `${movieId ? `${locked('movie', movieId)};` : ''} UPDATE ${table} SET ${change} WHERE id = ${id}`;
    const patches = { genre: 'name', client: 'first_name', movie: 'title', movie_copy: 'code' } as const;

    it.each(tables)('a %s: a patch keeps earlier changes of other members', async (table) => {
      const [path, row, change] = await added[table]();
      const patched = { [patches[table]]: `Patched ${row.id}` };
      const { body } = await afterCommitOf(changeOf(table, row.id, change, row.movie_id), () =>
        shop.api.patch(`${path}/${row.id}`).send(patched),
      );
      const [member, value] = change.split(' = ');
      expect(body).toMatchObject({ ...patched, [member!]: value!.replaceAll(`'`, '') });
    });

    it.each(tables.flatMap((table) => [['patch', table] as const, ['delete', table] as const]))(
      '%s of a %s with If-Match waits for a change, and gets 412',
      async (method, table) => {
        const [path, row, change] = await added[table]();
        const { headers } = await shop.api.get(`${path}/${row.id}`);
        const response = await afterCommitOf(changeOf(table, row.id, change, row.movie_id), () =>
          shop.api[method](`${path}/${row.id}`).set('If-Match', headers['etag']!).send({}),
        );
        expect(response.status).toBe(412);
      },
    );
  });

  it('an import, which needs consecutive ids, waits for concurrent rentals', async () => {
    const datasets = await readDatasets('datasets');
    const load = () => loadShop(shop.app.get(UnitOfWork), datasets, new Progress(new PassThrough()));
    const client = await shop.clerk.client();
    const storing = `INSERT INTO movie_rent (client_id, creation_datetime) VALUES (${client['id']}, '2026-01-01T00:00:00.000Z')`;
    expect((await race(storing, 'ROLLBACK', load)).waited).toBe(true);
  });

  it('a wait for a row that takes longer than lock_timeout gets 503', async () => {
    const impatient = await openShop({
      databaseUrl: shop.databaseUrl,
      reachedBy: (url) => Promise.resolve(`${url}?lock_timeout=50`),
    });
    const { id: genreId } = await shop.clerk.genre();
    await other.query(`BEGIN; ${locked('genre', genreId)}`);
    try {
      const rename = () => impatient.api.patch(`/genres/${genreId}`).send({ name: 'Renamed' });
      await refused(rename(), 503, 'service-unavailable');
    } finally {
      await other.query('ROLLBACK');
      await impatient.close();
    }
  });
});
