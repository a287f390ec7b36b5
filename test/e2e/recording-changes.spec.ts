import { randomUUID } from 'node:crypto';
import { openShop, type RunningShop } from '../support/app.js';
import { runCommand } from '../support/command.js';
import { freshDatabase, type FreshDatabase } from '../support/engine.js';
import { type RecordedEvent, recordedEvents } from '../support/database/events.js';
import { call, type Operation, operations } from '../support/http/operations.js';
import { refused } from '../support/http/problem.js';
import { executeRaw } from '../support/database/raw-database.js';
import { clerk as clerkOf } from '../support/shop.js';

/** The types of the events of each operation that changes something, when it is called with its example. */
const eventsOfOperation: Readonly<Record<string, readonly string[]>> = {
  addGenre: ['genre.created'],
  replaceGenre: ['genre.updated'],
  changeGenre: ['genre.updated'],
  updateGenreOldPath: ['genre.updated'],
  deleteGenre: ['genre.deleted'],
  addMovie: ['movie.created'],
  addMovieOldPath: ['movie.created'],
  addMovieWithStock: ['movie.created'],
  replaceMovie: ['movie.updated'],
  changeMovie: ['movie.updated'],
  replaceMovieWithStock: ['movie.updated'],
  deleteMovie: ['movie.deleted'],
  addMovieCopy: ['copy.created'],
  changeMovieCopy: ['copy.updated'],
  deleteMovieCopy: ['copy.deleted'],
  addClient: ['client.created'],
  replaceClient: ['client.updated'],
  changeClient: ['client.updated'],
  deleteClient: ['client.deleted'],
  blockClient: ['client.blocked'],
  removeClientBlock: ['client.block_removed'],
  rentMovies: ['rental.opened'],
  replaceMovieRent: ['rental.corrected'],
  deleteMovieRent: ['rental.deleted'],
  closeMovieRent: ['line.returned', 'line.returned'],
  returnLines: ['line.returned'],
  returnStack: ['line.returned'],
  undoReturn: ['line.return_undone'],
  declareLost: ['line.lost'],
  voidMovieRent: ['rental.voided'],
  renewLines: ['line.renewed'],
  mergeClients: ['client.merged'],
  eraseClient: ['client.erased'],
  mergeMovies: ['movie.merged'],
  replaceShop: ['policy.changed'],
  changeShop: ['policy.changed'],
};

const changing = operations.filter(({ method }) => method !== 'get');

describe('the record of changes', () => {
  let database: FreshDatabase;
  let shop: RunningShop;
  let clerk: ReturnType<typeof clerkOf>;
  beforeAll(async () => {
    database = await freshDatabase();
    await runCommand('seed', { DATABASE_URL: database.url });
    shop = await openShop({ databaseUrl: database.url });
    clerk = clerkOf(shop.api);
  });
  afterAll(async () => {
    await shop.close();
    await database.drop();
  });

  /** Runs `work`, and returns the events that were recorded meanwhile. */
  async function eventsDuring(work: () => Promise<unknown>): Promise<RecordedEvent[]> {
    const before = (await recordedEvents(shop.databaseUrl)).at(-1)?.id ?? 0;
    await work();
    return recordedEvents(shop.databaseUrl, `id > ${before}`);
  }

  /** Returns the operation with a request that changes something: some examples show that a command is idempotent. */
  async function effective(operation: Operation): Promise<Operation> {
    const of = (id: number, body = operation.body): Operation => ({
      ...operation,
      path: operation.path.replace('{id}', String(id)),
      body,
    });
    const rental = async (...stocks: number[]) => {
      const client = await clerk.client();
      const copies = [];
      for (const stock of stocks) copies.push((await clerk.movie(stock))['copies'][0]);
      return { copies, rent: await clerk.rent(client['id'], ...copies.map(({ id }) => id as number)) };
    };
    switch (operation.operationId) {
      case 'closeMovieRent':
        return of((await rental(1, 1)).rent['id']);
      case 'replaceMovieRent': {
        const { rent } = await rental(1);
        const [{ id }] = (await clerk.movie(1))['copies'];
        return of(rent['id'], {
          client_id: rent['client_id'],
          details: [{ id: rent['details'][0].id, movie_copy_id: id }],
        });
      }
      case 'returnLines': {
        const { rent, copies } = await rental(1);
        return of(rent['id'], { details: [{ movie_copy_id: copies[0].id }] });
      }
      case 'returnStack':
        return { ...operation, body: { copies: [{ movie_copy_id: (await rental(1)).copies[0].id }] } };
      default: {
        // Examples of updates repeat what the demonstration has.
        const [, resource] =
          /^(?:replace|change|update)(Genre|Movie|Client|Shop)(?!Copy|Rent)/.exec(operation.operationId) ?? [];
        const member = { Genre: 'description', Movie: 'description', Client: 'address', Shop: 'name' }[resource ?? ''];
        return member ? of(operation.exampleId, { ...operation.body, [member]: operation.operationId }) : operation;
      }
    }
  }

  it('has one event for an import, with the number of rows', async () => {
    const [event, ...others] = await recordedEvents(shop.databaseUrl, "type = 'shop.imported'");
    expect(event).toMatchObject({ actor: 'import:demonstration', request_id: null, resource: 'shop', resource_id: 1 });
    expect(event!.changes).toMatchObject({
      movies: expect.any(Number) as number,
      clients: expect.any(Number) as number,
    });
    expect(others).toEqual([]);
  });

  it('covers each operation that changes something', () => {
    expect(Object.keys(eventsOfOperation).sort()).toEqual(changing.map(({ operationId }) => operationId).sort());
  });

  it.each(changing)(
    'has the events of $operationId with the request id, and none for a repetition',
    async (operation) => {
      const effect = await effective(operation);
      const key = randomUUID();
      const send = () => call(shop.api, effect, { id: effect.exampleId }).set('Idempotency-Key', key);
      let first: Awaited<ReturnType<typeof send>> | undefined;
      const events = await eventsDuring(async () => (first = await send()));
      expect([first!.status, first!.status < 300 ? '' : first!.text]).toEqual([first!.status, '']);
      expect(events.map(({ type }) => type)).toEqual(eventsOfOperation[operation.operationId]);
      for (const event of events) {
        expect(event).toMatchObject({ actor: null, request_id: first!.headers['x-request-id'] });
        expect(event.resource_id).toBeGreaterThan(0);
        // The resource is the first segment of a path of the API.
        expect(operations.some(({ path }) => path.split('/')[1] === event.resource)).toBe(true);
      }
      const repeated = await eventsDuring(send);
      expect(repeated.map(({ type }) => type)).toEqual([]);
    },
  );

  it('has no events for reads, dry runs and refused requests', async () => {
    const { id } = await clerk.client();
    const movie = await clerk.movie(1);
    const order = { client_id: id, details: [{ movie_copy_id: movie['copies'][0].id }] };
    const events = await eventsDuring(async () => {
      for (const operation of operations.filter(({ method }) => method === 'get')) {
        await call(shop.api, operation, { id: operation.exampleId });
      }
      await shop.api.post('/movie_rents?dry_run=true').send(order).expect(200);
      for (const operation of changing.filter(({ takesId }) => takesId)) {
        await refused(call(shop.api, operation, { id: 2_000_000_000 }), 404, 'not-found');
      }
      await shop.api.patch(`/clients/${id}`).set('If-Match', '"other"').send({ phone: '1' }).expect(412);
      await refused(shop.api.delete(`/genres/${movie['genre_id']}`), 409, 'genre-in-use');
      await refused(shop.api.post('/movie_rents').send({ ...order, client_id: 2_000_000_000 }), 422, 'invalid-input');
    });
    expect(events).toEqual([]);
  });

  it('has from and to of members, and only the names of personal members', async () => {
    const person = {
      first_name: 'Etsuko',
      last_name: 'Ichihara',
      address: '5 Shinjuku',
      license_number: 'TK-1',
      email: 'etsuko@ichihara.example',
      phone: '+81 3 1234',
    };
    const events = await eventsDuring(async () => {
      const { id } = await clerk.client({ ...person, max_open_copies: 3 });
      await shop.api
        .patch(`/clients/${id}`)
        .send({ max_open_copies: 4, phone: '+81 3 9999', address: null })
        .expect(422);
      await shop.api.patch(`/clients/${id}`).send({ max_open_copies: 4, phone: '+81 3 9999' }).expect(200);
      await shop.api.post(`/clients/${id}/blocks`).send({ reason: 'Etsuko scratches discs' }).expect(201);
      await shop.api.delete(`/clients/${id}`).expect(204);
      const genre = await clerk.genre({ name: 'Noir', description: null });
      await shop.api.patch(`/genres/${genre['id']}`).send({ description: 'Dark' }).expect(200);
    });
    const personal = ['first_name', 'last_name', 'address', 'license_number', 'email', 'phone'];
    expect(events.map(({ type, changes }) => [type, changes])).toEqual([
      ['client.created', { max_open_copies: 3, personal_members: personal }],
      ['client.updated', { max_open_copies: { from: 3, to: 4 }, personal_members: ['phone'] }],
      ['client.blocked', { client_block_id: expect.any(Number) as number, until: null }],
      [
        'client.deleted',
        { max_open_copies: 4, personal_members: personal, client_block_ids: [expect.any(Number) as number] },
      ],
      ['genre.created', { name: 'Noir' }],
      ['genre.updated', { description: { from: null, to: 'Dark' } }],
    ]);
    expect(JSON.stringify(events)).not.toMatch(/Etsuko|Ichihara|Shinjuku|TK-1|\+81|etsuko/);
  });

  it('has the copies that a change of the stock added and retired', async () => {
    const movie = await clerk.movie(3);
    const ids = movie['copies'].map(({ id }: { id: number }) => id);
    const { copies: _copies, ...members } = movie;
    const put = (stock: number) =>
      shop.api
        .put(`/movies/${movie['id']}/with_stock`)
        .send({ ...members, stock })
        .expect(200);
    const [retired, added, unchanged] = [
      await eventsDuring(() => put(1)),
      await eventsDuring(() => put(2)),
      await eventsDuring(() => put(2)),
    ];
    expect(retired.map(({ changes }) => changes)).toEqual([{ retired_movie_copy_ids: ids.slice(1) }]);
    expect(added.map(({ changes }) => changes)).toEqual([{ added_movie_copy_ids: [expect.any(Number)] }]);
    expect(unchanged).toEqual([]);
  });

  it('has the lines of an opened, corrected, renewed and returned rental', async () => {
    const [client, other] = [await clerk.client(), await clerk.client()];
    const copies: number[] = [];
    for (let index = 0; index < 3; index++) copies.push((await clerk.movie(1))['copies'][0].id);
    const [first, second, third] = copies;
    let rent: Record<string, any> = {}; // eslint-disable-line @typescript-eslint/no-explicit-any -- checked member by member
    const events = await eventsDuring(async () => {
      rent = await clerk.rent(client['id'], first!, second!);
      const [kept] = rent['details'];
      const corrected = {
        client_id: other['id'],
        details: [{ id: kept.id, movie_copy_id: first }, { movie_copy_id: third }],
      };
      await shop.api.put(`/movie_rents/${rent['id']}`).send(corrected).expect(200);
      await shop.api.put(`/movie_rents/${rent['id']}`).send(corrected).expect(200);
      await shop.api.put(`/movie_rents/${rent['id']}/close`).expect(200);
      await shop.api.put(`/movie_rents/${rent['id']}/close`).expect(200);
    });
    const line = (movieCopyId: number): object => ({ id: expect.any(Number) as number, movie_copy_id: movieCopyId });
    const returned = (movieCopyId: number): object => ({
      movie_rent_id: rent['id'],
      movie_copy_id: movieCopyId,
      condition: 'ok',
    });
    expect(events.map(({ type, changes }) => [type, changes])).toMatchObject([
      ['rental.opened', { client_id: client['id'], details: [line(first!), line(second!)] }],
      [
        'rental.corrected',
        {
          client_id: { from: client['id'], to: other['id'] },
          added_details: [line(third!)],
          removed_details: [line(second!)],
        },
      ],
      ['line.returned', returned(first!)],
      ['line.returned', returned(third!)],
    ]);
  });

  it('has the copies that an override brings into service', async () => {
    const [client, movie] = [await clerk.client(), await clerk.movie(1)];
    const [{ id: copyId }] = movie['copies'];
    await shop.api.patch(`/movie_copies/${copyId}`).send({ service_state: 'maintenance' }).expect(200);
    const events = await eventsDuring(() =>
      shop.api
        .post('/movie_rents')
        .send({
          client_id: client['id'],
          details: [{ movie_copy_id: copyId }],
          override: { rules: ['copy_not_in_service'], comment: 'Cleaned.' },
        })
        .expect(201),
    );
    expect(
      events.map(({ type, resource, resource_id, changes }) => [type, resource, resource_id, changes]),
    ).toMatchObject([
      ['rental.opened', 'movie_rents', expect.any(Number), { client_id: client['id'] }],
      ['rental.rules_overridden', 'movie_rents', expect.any(Number), { comment: 'Cleaned.' }],
      ['copy.updated', 'movie_copies', copyId, { service_state: { from: 'maintenance', to: 'in_service' } }],
    ]);
  });

  it('cannot be changed or deleted in the database', async () => {
    for (const sql of ["UPDATE event SET type = 'x'", 'DELETE FROM event']) {
      await expect(executeRaw(shop.databaseUrl, sql)).rejects.toThrow('rows of event cannot be changed');
    }
  });
});
