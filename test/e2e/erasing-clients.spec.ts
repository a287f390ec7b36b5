/* eslint-disable @typescript-eslint/no-explicit-any -- answers are checked member by member */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { openShop } from '../support/app.js';
import { freshDatabase, isSqlite } from '../support/engine.js';
import { recordedEvents } from '../support/database/events.js';
import { invariantViolations } from '../support/database/invariants.js';
import { formerTexts, leavePersonalData, personalTexts } from '../support/auth/personal-data.js';
import { refused } from '../support/http/problem.js';
import { executeRaw, queryRaw } from '../support/database/raw-database.js';
import { clerk as clerkOf, useShop } from '../support/shop.js';

/** Returns the whole content of a database in lowercase: the bytes of a file that is not served, or all rows. */
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

describe('the erasure of a client', () => {
  it('leaves no string of the person in the database, and keeps rentals, counts and other clients', async () => {
    const database = await freshDatabase();
    let shop = await openShop({ databaseUrl: database.url });
    const { id, otherId } = await leavePersonalData(shop);
    const counts = async () => ({
      rentals: (await shop.api.get(`/clients/${id}/movie_rents`).expect(200)).body.map((each: any) => each.id),
      blocks: (await shop.api.get(`/clients/${id}/blocks`).expect(200)).body.length,
      clients: (await shop.api.get('/clients?include_total=true').expect(200)).headers['x-total-count'],
    });
    const before = await counts();
    const otherClient = (await shop.api.get(`/clients/${otherId}`)).text;

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
    expect((await shop.api.get(`/clients/${otherId}`)).text).toBe(otherClient);
    expect((await shop.api.get('/clients?name=quillfeather').expect(200)).body).toEqual([]);

    await shop.close();
    if (isSqlite()) await executeRaw(database.url, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const stored = await dump(database.url);
    expect(stored).toContain('movie.created');
    expect([...personalTexts, ...formerTexts].filter((text) => stored.includes(text))).toEqual([]);
    shop = await openShop({ databaseUrl: database.url });
    await shop.api.get(`/clients/${id}`).expect(200);
    await shop.close();
    await database.drop();
  });
});

describe('DELETE /clients/{id}', () => {
  it('leaves no string of the person in the database, including those of deleted rentals and merged duplicates', async () => {
    const database = await freshDatabase();
    const shop = await openShop({ databaseUrl: database.url });
    const clerk = clerkOf(shop.api);
    const { id } = await clerk.client({ first_name: 'Zephyrine', last_name: 'Quillfeather' });
    const { id: duplicateId } = await clerk.client({ last_name: 'Quillfeather' });
    const post = (path: string, body: object) => shop.api.post(path).set('Idempotency-Key', path).send(body);
    await post(`/clients/${id}/blocks`, { reason: 'BlockReason' }).expect(201);
    const { copies } = await clerk.movie(1);
    const override = { rules: ['client_blocked'], comment: 'OverrideComment' };
    const order = { client_id: duplicateId, details: [{ movie_copy_id: copies[0].id }] };
    await post(`/clients/${duplicateId}/blocks`, { reason: 'BlockReason' }).expect(201);
    const { body: rent } = await post('/movie_rents', { ...order, override }).expect(201);
    const lines = [{ id: rent.details[0].id, note: 'DamageNote' }];
    await post(`/movie_rents/${rent.id}/returns`, { details: lines }).expect(200);
    await shop.api.delete(`/movie_rents/${rent.id}`).expect(204);
    await post(`/clients/${id}/merge`, { client_id: duplicateId, comment: 'MergeComment' }).expect(200);
    await shop.api.delete(`/clients/${id}`).expect(204);
    const deletion = (await recordedEvents(database.url, `resource_id = ${id}`)).at(-1);
    expect(deletion).toMatchObject({ type: 'client.deleted', changes: { erased: { events: 3 } } });
    expect(await invariantViolations(database.url)).toEqual([]);

    await shop.close();
    if (isSqlite()) await executeRaw(database.url, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const stored = await dump(database.url);
    expect(stored).toContain('movie.created');
    const texts = ['zephyrine', 'quillfeather', 'blockreason', 'overridecomment', 'damagenote', 'mergecomment'];
    expect(texts.filter((text) => stored.includes(text))).toEqual([]);
    await database.drop();
  });
});

describe('POST /clients/{id}/erasure', () => {
  const shop = useShop();

  it('returns 404 for an unknown client', async () => {
    await refused(shop.api.post('/clients/2000000000/erasure'), 404, 'not-found');
  });

  it('returns 409 while a copy is out', async () => {
    const { id } = await shop.clerk.client();
    const { copies } = await shop.clerk.movie(1);
    const rent = await shop.clerk.rent(id, copies[0].id);
    const problem = await refused(shop.api.post(`/clients/${id}/erasure`), 409, 'client-has-open-rents');
    expect(problem).toMatchObject({ open_copies: 1 });
    await shop.clerk.close(rent.id);
    await shop.api.post(`/clients/${id}/erasure`).expect(200);
  });

  it('removes comments from recorded changes, and keeps the text of the other members', async () => {
    const [{ id }, duplicate] = [await shop.clerk.client(), await shop.clerk.client()];
    const comment = 'Registered "twice".';
    await shop.api.post(`/clients/${id}/merge`).send({ client_id: duplicate.id, comment }).expect(200);
    const textOfMerge = async (): Promise<string> => {
      const rows = await queryRaw<{ changes: string }>(
        shop.databaseUrl,
        `SELECT changes FROM event WHERE type = 'client.merged' AND resource_id = ${id}`,
      );
      return rows[0]!.changes;
    };
    const before = await textOfMerge();
    await shop.api.post(`/clients/${id}/erasure`).expect(200);
    expect(before).toContain(`"comment":${JSON.stringify(comment)},`);
    expect(await textOfMerge()).toBe(before.replace(`"comment":${JSON.stringify(comment)},`, ''));
    expect(await invariantViolations(shop.databaseUrl)).toEqual([]);
  });

  it('is the only change of events that the database accepts', async () => {
    await shop.clerk.genre();
    for (const sql of [
      "UPDATE event SET actor = 'other'",
      'UPDATE event SET changes = \'{"name":"other"}\'',
      "UPDATE event SET transaction_id = transaction_id + 1, changes = '{}'",
      'DELETE FROM event',
      isSqlite() ? 'INSERT OR REPLACE INTO event SELECT * FROM event' : 'TRUNCATE event',
    ]) {
      await expect(executeRaw(shop.databaseUrl, sql)).rejects.toThrow('rows of event cannot be changed');
    }
  });
});
