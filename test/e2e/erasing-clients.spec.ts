/* eslint-disable @typescript-eslint/no-explicit-any -- answers are judged by the tests, member by member */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { openShop } from '../support/app.js';
import { freshDatabase, isSqlite } from '../support/engine.js';
import { recordedEvents } from '../support/events.js';
import { refused } from '../support/problem.js';
import { executeRaw, queryRaw } from '../support/raw-database.js';
import { clerk as clerkOf, useShop } from '../support/shop.js';

/** Returns all that a database stores, in lowercase: the bytes of a file that is not served, or all rows. */
async function dump(databaseUrl: string): Promise<string> {
  if (isSqlite()) {
    const file = databaseUrl.replace(/^sqlite:/, '');
    const files = [file, `${file}-wal`].filter((each) => existsSync(each));
    return (await Promise.all(files.map((each) => readFile(each, 'latin1')))).join('').toLowerCase();
  }
  const tables = await queryRaw<{ name: string }>(
    databaseUrl,
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  const texts = [];
  for (const { name } of tables) {
    const rows = await queryRaw<{ row: string }>(databaseUrl, `SELECT t::text AS row FROM ${name} AS t`);
    texts.push(...rows.map(({ row }) => row));
  }
  return texts.join('\n').toLowerCase();
}

const person = {
  first_name: 'Zephyrine',
  last_name: 'Quillfeather',
  address: '77 Obsidian Crescent',
  license_number: 'QX-998877',
  email: 'zq@plume.example',
  phone: '+99 5550199',
};
const duplicate = { ...person, license_number: 'QX-112233', email: 'second@plume.example', phone: '+99 5550288' };
const traces = [
  ...['zephyrine', 'quillfeather', 'obsidian', '998877', 'zq@', '5550199'],
  ...['112233', 'second@', '5550288'],
  ...['blockreason', 'damagenote', 'undocomment', 'voidcomment', 'mergecomment', 'overridecomment', 'movedcomment'],
];

describe('the erasure of a client', () => {
  it('leaves no string of the person in the database, and keeps rentals, counts and other clients', async () => {
    const database = await freshDatabase();
    let shop = await openShop({ databaseUrl: database.url });
    const clerk = clerkOf(shop.api);
    const post = async (path: string, body: object): Promise<any> => {
      const { status, body: answer } = await shop.api.post(path).set('Idempotency-Key', randomUUID()).send(body);
      expect([path, status < 300 ? '' : answer]).toEqual([path, '']);
      return answer;
    };
    const copyId = async (): Promise<number> => (await clerk.movie(1))['copies'][0].id;
    const { id } = await post('/clients', person);
    const { id: duplicateId } = await post('/clients', duplicate);
    const other = await clerk.client();
    await post(`/clients/${id}/blocks`, { reason: 'BlockReason Zephyrine' });
    const override = { rules: ['client_blocked'], comment: 'OverrideComment Zephyrine' };
    const rent = (clientId: number, copy: number) =>
      post('/movie_rents', { client_id: clientId, details: [{ movie_copy_id: copy }], override });

    const returned = await rent(id, await copyId());
    const [{ id: lineId }] = returned.details;
    await refused(shop.api.post(`/clients/${id}/erasure`), 409, 'client-has-open-rents');
    await post(`/movie_rents/${returned.id}/returns`, {
      details: [{ id: lineId, condition: 'damaged', note: 'DamageNote Quillfeather' }],
    });
    await post(`/movie_rent_details/${lineId}/undo_return`, { comment: 'UndoComment Zephyrine' });
    await shop.api.put(`/movie_rents/${returned.id}/close`).expect(200);
    const voided = await rent(id, await copyId());
    await post(`/movie_rents/${voided.id}/void`, { comment: 'VoidComment Zephyrine' });
    const deleted = await rent(id, await copyId());
    await post(`/movie_rents/${deleted.id}/returns`, {
      details: [{ id: deleted.details[0].id, note: 'DamageNote of a deleted line' }],
    });
    await shop.api.delete(`/movie_rents/${deleted.id}`).expect(204);
    const moved = await post('/movie_rents', {
      client_id: id,
      details: [{ movie_copy_id: await copyId() }],
      override: { ...override, comment: 'MovedComment' },
    });
    await shop.api
      .put(`/movie_rents/${moved.id}`)
      .send({ client_id: other['id'], details: [{ movie_copy_id: moved.details[0].movie_copy_id }] })
      .expect(200);
    await shop.api.patch(`/clients/${duplicateId}`).send({ address: '78 Obsidian Crescent' }).expect(200);
    await post(`/clients/${id}/merge`, { client_id: duplicateId, comment: 'MergeComment Zephyrine' });
    await executeRaw(
      database.url,
      `INSERT INTO imported_row (source, table_name, source_id, row_id) VALUES ('old', 'client', 'QX-998877', ${id})`,
    );
    const counts = async () => ({
      rentals: (await shop.api.get(`/clients/${id}/movie_rents`).expect(200)).body.map((each: any) => each.id),
      blocks: (await shop.api.get(`/clients/${id}/blocks`).expect(200)).body.length,
      clients: (await shop.api.get('/clients?include_total=true').expect(200)).headers['x-total-count'],
    });
    const before = await counts();
    const stranger = (await shop.api.get(`/clients/${other['id']}`)).text;

    await shop.api.post(`/clients/${id}/erasure`).set('If-Match', '"other"').expect(412);
    const { body } = await shop.api.post(`/clients/${id}/erasure`).set('Idempotency-Key', 'erase').expect(200);
    expect(body).toMatchObject({ id, first_name: null, last_name: 'Erased', address: null, license_number: null });
    expect(body).toMatchObject({ email: null, phone: null });
    const of = `resource = 'clients' AND resource_id = ${id}`;
    expect((await recordedEvents(database.url, of)).at(-1)).toMatchObject({ type: 'client.erased' });
    const { length } = await recordedEvents(database.url);
    expect((await shop.api.post(`/clients/${id}/erasure`).expect(200)).body).toEqual(body);
    expect(await recordedEvents(database.url)).toHaveLength(length);
    expect(await counts()).toEqual(before);
    expect((await shop.api.get(`/clients/${other['id']}`)).text).toBe(stranger);
    expect((await shop.api.get('/clients?name=quillfeather').expect(200)).body).toEqual([]);

    await shop.close();
    if (isSqlite()) await executeRaw(database.url, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const stored = await dump(database.url);
    expect(stored).toContain('movie.created');
    expect(traces.filter((trace) => stored.includes(trace))).toEqual([]);
    shop = await openShop({ databaseUrl: database.url });
    await shop.api.get(`/clients/${id}`).expect(200);
    await shop.close();
    await database.drop();
  });
});

describe('POST /clients/{id}/erasure', () => {
  const shop = useShop();

  it('returns 404 for an unknown client', async () => {
    await refused(shop.api.post('/clients/2000000000/erasure'), 404, 'not-found');
  });

  it('is the only change of events that the database accepts', async () => {
    await shop.clerk.genre();
    for (const sql of [
      "UPDATE event SET actor = 'other'",
      'UPDATE event SET changes = \'{"name":"other"}\'',
      "UPDATE event SET transaction_id = transaction_id + 1, changes = '{}'",
      'DELETE FROM event',
    ]) {
      await expect(executeRaw(shop.databaseUrl, sql)).rejects.toThrow('rows of event cannot be changed');
    }
  });
});
