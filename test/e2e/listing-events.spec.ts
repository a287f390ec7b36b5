/* eslint-disable @typescript-eslint/no-explicit-any -- answers are checked member by member */
import { openShop } from '../support/app.js';
import { eventsShown } from '../support/database/events.js';
import { linksOf } from '../support/http/paging.js';
import { faultyParameters, refused } from '../support/http/problem.js';
import { executeRaw } from '../support/database/raw-database.js';
import { clerk, useShop } from '../support/shop.js';
import { freshDatabase } from '../support/engine.js';

describe('GET /events', () => {
  const shop = useShop();

  const list = async (query = ''): Promise<any[]> => {
    await eventsShown(shop.databaseUrl);
    return (await shop.api.get(`/events${query}`).expect(200)).body;
  };

  it('shows who changed what, when and by which request', async () => {
    const { body, headers } = await shop.api.post('/genres').send({ name: 'Western' }).expect(201);
    expect((await list()).at(-1)).toEqual({
      id: expect.any(Number),
      type: 'genre.created',
      resource: 'genres',
      resource_id: body.id,
      actor: null,
      creation_datetime: expect.stringMatching(/Z$/),
      request_id: headers['x-request-id'],
      changes: { name: 'Western' },
    });
  });

  it('filters by resource, type, actor and time, in both directions', async () => {
    shop.clock.set('2030-05-01T10:00:00.000Z');
    const genre = await shop.clerk.genre();
    shop.clock.set('2030-05-02T10:00:00.000Z');
    await shop.api.patch(`/genres/${genre['id']}`).send({ description: 'New' }).expect(200);
    shop.clock.run();
    await executeRaw(
      shop.databaseUrl,
      `INSERT INTO event (type, resource, resource_id, actor, creation_datetime, changes)
       VALUES ('genre.renamed', 'genres', ${genre['id']}, 'desk-1', '2030-05-03T10:00:00.000Z', '{"name": 1}')`,
    );
    const types = async (query: string) => (await list(query)).map(({ type }) => type);
    const all = ['genre.created', 'genre.updated', 'genre.renamed'];
    const of = `?resource=genres&resource_id=${genre['id']}`;
    // On PostgreSQL, a row that was inserted without the service comes first.
    expect((await types(of)).sort()).toEqual([...all].sort());
    expect((await types(`${of}&sort=-id`)).sort()).toEqual([...all].sort());
    expect(await types(`${of}&type=genre.updated`)).toEqual(['genre.updated']);
    expect(await types(`${of}&actor=desk-1`)).toEqual(['genre.renamed']);
    expect(await types(`${of}&from=2030-05-02T12:00:00%2B02:00`)).toHaveLength(2);
    expect(await types(`${of}&to=2030-05-02T10:00:00Z`)).toEqual(['genre.created', 'genre.updated']);
    expect(await types(`${of}&from=2030-05-02T10:00:00.001Z&to=2030-05-02T11:00:00Z`)).toEqual([]);
  });

  it('returns 422 for an invalid time and an invalid id', async () => {
    for (const time of ['2030-02-30T10:00:00Z', '2030-05-01', '2030-05-01T10:00:00', 'yesterday']) {
      const faulty = await faultyParameters(shop.api.get(`/events?from=${time}&to=${time}`));
      expect(faulty.sort()).toEqual(['from', 'to']);
    }
    await refused(shop.api.get('/events?resource_id=0'), 422, 'invalid-input');
    await refused(shop.api.get('/events?actor='), 422, 'invalid-input');
  });

  it('has a next link on its last page, which leads to later events once', async () => {
    await shop.clerk.genre();
    const seen: number[] = [];
    let next = '/events?limit=3&resource=genres';
    const follow = async (): Promise<number> => {
      await eventsShown(shop.databaseUrl);
      const response = await shop.api.get(next).expect(200);
      const { body } = response;
      seen.push(...body.map(({ id }: { id: number }) => id));
      next = linksOf(response)['next']!;
      expect(next).toContain('cursor=');
      return body.length as number;
    };
    while ((await follow()) > 0);
    const count = seen.length;
    const end = next;
    expect([await follow(), next]).toEqual([0, end]);
    const ids = [(await shop.clerk.genre())['id'], (await shop.clerk.genre())['id']];
    expect(await follow()).toBe(2);
    expect([await follow(), await follow()]).toEqual([0, 0]);
    const all = await list('?resource=genres&limit=200');
    expect(seen).toEqual(all.map(({ id }) => id));
    expect(all.slice(count).map(({ resource_id }) => resource_id)).toEqual(ids);
    expect(linksOf(await shop.api.get('/events?resource=nothing').expect(200))['next']).toBeUndefined();
  });
});

describe('events of a database that was restored from a dump of another server', () => {
  it('come before new events', async () => {
    const database = await freshDatabase();
    const restored = `INSERT INTO event (type, resource, resource_id, creation_datetime, changes, transaction_id)
       VALUES ('genre.restored', 'genres', 1, '2030-05-03T10:00:00.000Z', '{"name": 1}', 4000000000000)`;
    await executeRaw(database.url, restored);
    for (const count of [1, 2]) {
      const shop = await openShop({ databaseUrl: database.url });
      await clerk(shop.api).genre();
      await eventsShown(database.url);
      const { body } = await shop.api.get('/events').expect(200);
      await shop.close();
      const types = body.map(({ type }: { type: string }) => type);
      expect(types).toEqual(['genre.restored', ...Array<string>(count).fill('genre.created')]);
    }
    await database.drop();
  });
});
