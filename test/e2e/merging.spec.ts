/* eslint-disable @typescript-eslint/no-explicit-any -- answers are checked member by member */
import { recordedEvents } from '../support/database/events.js';
import { invariantViolations } from '../support/database/invariants.js';
import { faultyMembers, refused } from '../support/http/problem.js';
import { executeRaw, queryRaw } from '../support/database/raw-database.js';
import { type clerk, useShop } from '../support/shop.js';
import { statuses } from '../support/statuses.js';

type Clerk = ReturnType<typeof clerk>;

interface Kind {
  /** Also the name of its table. */
  readonly name: string;
  readonly path: string;
  readonly member: string;
  /** A change that PATCH accepts. */
  readonly change: object;
  /** Creates a record with one resource that refers to it. */
  create(clerk: Clerk): Promise<number>;
  /** The list of the resources that refer to a record. */
  listOf(id: number): string;
}

const kinds: readonly Kind[] = [
  {
    name: 'client',
    path: '/clients',
    member: 'client_id',
    change: { phone: '2' },
    async create(clerk) {
      const { id } = await clerk.client();
      await clerk.rent(id, (await clerk.movie(1)).copies[0].id);
      return id;
    },
    listOf: (id) => `/clients/${id}/movie_rents`,
  },
  {
    name: 'movie',
    path: '/movies',
    member: 'movie_id',
    change: { year: 1950 },
    create: async (clerk) => (await clerk.movie(1)).id,
    listOf: (id) => `/movies/${id}/copies`,
  },
];

describe.each(kinds)('merging two records of one $name', ({ path, member, name, change, create, listOf }) => {
  const shop = useShop();

  const merge = (id: number, duplicateId: number, members: object = {}) =>
    shop.api.post(`${path}/${id}/merge`).send({ [member]: duplicateId, comment: 'Entered twice.', ...members });
  const two = async (): Promise<[number, number]> => [await create(shop.clerk), await create(shop.clerk)];
  const idsIn = async (list: string): Promise<number[]> =>
    (await shop.api.get(list).expect(200)).body.map(({ id }: { id: number }) => id);
  const events = (id: number) => recordedEvents(shop.databaseUrl, `type = '${name}.merged' AND resource_id = ${id}`);

  it('returns 422 or 404 without a comment and another record that exists', async () => {
    const [id, other] = await two();
    expect(await faultyMembers(merge(id, other, { comment: ' ' }))).toEqual(['#/comment']);
    const { errors: same } = await refused(merge(id, id), 422, 'invalid-input');
    expect(same).toMatchObject([{ pointer: `#/${member}`, code: 'same_record' }]);
    const { errors: unknown } = await refused(merge(id, 999_999), 422, 'invalid-input');
    expect(unknown).toMatchObject([{ pointer: `#/${member}`, code: 'unknown' }]);
    for (const duplicate of [other, 999_999, 999_998]) await refused(merge(999_999, duplicate), 404, 'not-found');
    expect([await idsIn(listOf(id)), await idsIn(listOf(other))].map(({ length }) => length)).toEqual([1, 1]);
    expect(await events(id)).toEqual([]);
  });

  it('returns 412 if the surviving record has changed, and replays the response by its Idempotency-Key', async () => {
    const [id, duplicate] = await two();
    const tag = async (): Promise<string> => (await shop.api.get(`${path}/${id}`).expect(200)).headers['etag']!;
    const stale = await tag();
    await shop.api.patch(`${path}/${id}`).send(change).expect(200);
    await refused(merge(id, duplicate).set('If-Match', stale), 412, 'precondition-failed');
    const current = await tag();
    const send = () => merge(id, duplicate).set('If-Match', current).set('Idempotency-Key', `merge-${name}-${id}`);
    const { text, headers } = await send().expect(200);
    expect(headers['etag']).toBe(await tag());
    const replay = await send().expect(200);
    expect([replay.text, replay.headers['idempotency-replayed']]).toEqual([text, 'true']);
    expect(await events(id)).toHaveLength(1);
  });

  it('moves the import source of the duplicate, and no source of other tables', async () => {
    const [id, duplicate] = await two();
    const rows = [name, 'movie_copy'].map((table) => `('shop', '${table}', 'merged ${duplicate}', ${duplicate})`);
    const columns = 'source, table_name, source_id, row_id';
    await executeRaw(shop.databaseUrl, `INSERT INTO imported_row (${columns}) VALUES ${rows.join()}`);
    await merge(id, duplicate).expect(200);
    const sql = `SELECT table_name, row_id FROM imported_row WHERE source_id = 'merged ${duplicate}' ORDER BY table_name`;
    expect(await queryRaw(shop.databaseUrl, sql)).toEqual([
      { table_name: name, row_id: id },
      { table_name: 'movie_copy', row_id: duplicate },
    ]);
    expect((await events(id))[0]!.changes.moved.imported_rows).toBe(1);
    await executeRaw(shop.databaseUrl, `DELETE FROM imported_row WHERE source_id = 'merged ${duplicate}'`);
  });

  it('succeeds once if two merges run in opposite directions at the same time', async () => {
    for (let round = 0; round < 10; round++) {
      const ids = await two();
      const lists = [...(await idsIn(listOf(ids[0]))), ...(await idsIn(listOf(ids[1])))];
      expect(statuses(await Promise.all([merge(...ids), merge(ids[1], ids[0])]))).toEqual({ 200: 1, 404: 1 });
      const found = await Promise.all(ids.map((id) => shop.api.get(`${path}/${id}`)));
      const survivors: any[] = found.filter(({ status }) => status === 200).map(({ body }) => body);
      expect(survivors).toHaveLength(1);
      expect(await idsIn(listOf(survivors[0].id))).toEqual(lists);
    }
  });

  it('violates no invariant', async () => {
    expect(await invariantViolations(shop.databaseUrl)).toEqual([]);
  });
});
