/* eslint-disable @typescript-eslint/no-explicit-any -- answers are checked member by member */
import { isSqlite } from '../support/engine.js';
import { openSecuredShop, secretOf, withToken } from '../support/auth/keys.js';
import { leavePersonalData, personalMembers, personalTexts } from '../support/auth/personal-data.js';
import { refused } from '../support/http/problem.js';
import { committedDocument } from '../support/project.js';
import { executeRaw, queryRaw } from '../support/database/raw-database.js';
import { clerk, useShop } from '../support/shop.js';

/** Columns that are computed from others, and stored responses, which are packed. */
const derivedColumns = ['client.name_search', 'client.name_sort', 'client.license_key', 'idempotency_key.answer'];

/** Returns all texts of the database that contain one of `texts`, with their columns. */
async function textsWith(databaseUrl: string, texts: readonly string[]): Promise<[column: string, text: string][]> {
  const columns = await queryRaw<{ table_name: string; column_name: string }>(
    databaseUrl,
    isSqlite()
      ? `SELECT m.name AS table_name, c.name AS column_name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND m.name NOT LIKE '%trigram%'`
      : "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'",
  );
  const values = columns.map(
    ({ table_name, column_name }) =>
      `SELECT '${table_name}.${column_name}' AS name, CAST("${column_name}" AS TEXT) AS value FROM "${table_name}"`,
  );
  const rows = [];
  // SQLite accepts at most 500 terms.
  for (let start = 0; start < values.length; start += 400) {
    const sql = values.slice(start, start + 400).join(' UNION ALL ');
    rows.push(...(await queryRaw<{ name: string; value: string | null }>(databaseUrl, sql)));
  }
  return rows.flatMap(({ name, value }): [string, string][] =>
    value !== null && texts.some((text) => value.toLowerCase().includes(text)) ? [[name, value]] : [],
  );
}

/** Returns all texts of a document, with those of the texts of JSON among them. */
function textsOf(node: unknown): string[] {
  if (typeof node === 'string') return node.startsWith('{') ? textsOf(JSON.parse(node)) : [node];
  return typeof node === 'object' && node !== null ? Object.values(node).flatMap(textsOf) : [];
}

describe('GET /clients/{id}/export', () => {
  const shop = useShop();
  let person: Awaited<ReturnType<typeof leavePersonalData>>;
  let document: any;
  beforeAll(async () => {
    person = await leavePersonalData(shop);
    document = (await shop.api.get(`/clients/${person.id}/export`).expect(200)).body;
  });

  it('contains every text of the person that is stored', async () => {
    const exported = JSON.stringify(document).toLowerCase();
    expect(personalTexts.filter((text) => !exported.includes(text))).toEqual([]);
    const texts = new Set(textsOf(document));
    const stored = await textsWith(shop.databaseUrl, personalTexts);
    const columns = new Set(stored.map(([column]) => column));
    expect([...columns].filter((column) => derivedColumns.includes(column))).toEqual(
      expect.arrayContaining(derivedColumns.slice(0, 3)),
    );
    const missing = stored
      .filter(([column]) => !derivedColumns.includes(column))
      .filter(([, value]) => textsOf(value).some((text) => isPersonal(text) && !texts.has(text)));
    expect(missing).toEqual([]);
    expect(columns.size).toBeGreaterThan(10);
  });

  const isPersonal = (text: string): boolean => personalTexts.some((each) => text.toLowerCase().includes(each));

  it('is tested with every member of a request that can contain personal data', () => {
    const schemas = (committedDocument() as any).components.schemas;
    const operations = Object.entries<any>((committedDocument() as any).paths)
      .filter(([path]) => /^\/(client|movie_rent|returns)/.test(path))
      .flatMap(([, item]) => Object.values<any>(item));
    const refs = operations.flatMap(({ requestBody }) => requestBody?.content['application/json'].schema ?? []);
    const isText = ({ type, format, enum: choices }: any): boolean =>
      [type].flat().includes('string') && !choices && !['date', 'date-time'].includes(format);
    const namesOf = (schema: any): string[] => {
      if (schema?.$ref) return namesOf(schemas[schema.$ref.split('/').at(-1)]);
      const { properties = {}, items, anyOf = [] } = schema ?? {};
      const inner = [items ?? [], anyOf].flat().flatMap(namesOf);
      const own = Object.entries<any>(properties).flatMap(([name, member]) => {
        if (member.readOnly) return [];
        return [...((member.anyOf ?? [member]).some(isText) ? [name] : []), ...namesOf(member)];
      });
      return [...own, ...inner];
    };
    // A barcode belongs to a copy.
    expect([...new Set(refs.flatMap(namesOf))].sort()).toEqual([...personalMembers, 'code'].sort());
  });

  it('shows blocks, rentals with lines and renewals, former rentals, events, imports and stored responses', () => {
    const { client, blocks, imports, movie_rents, former_movie_rents, events, stored_responses } = document;
    expect(client).toMatchObject({ id: person.id, address: '77 Obsidian Crescent' });
    expect(blocks).toMatchObject([{ reason: 'BlockReason Zephyrine' }]);
    expect(imports).toEqual([
      { source: 'old', source_id: 'QX-998877' },
      { source: 'old', source_id: 'QX-112233 of the duplicate' },
    ]);
    const rent = movie_rents.find(({ id }: any) => id === person.returned.id);
    expect(rent).toMatchObject({ is_closed: true, imports: [{ source_id: 'QX-998877 2026-01-01' }] });
    expect(rent.details).toHaveLength(1);
    expect(rent.renewals).toMatchObject([{ movie_rent_detail_id: person.returned.details[0].id }]);
    expect(rent.events.map(({ type }: any) => type)).toEqual(
      expect.arrayContaining(['rental.opened', 'line.renewed', 'line.returned', 'line.return_undone']),
    );
    expect(former_movie_rents.map(({ events: each }: any) => each.at(-1).type).sort()).toEqual([
      'rental.corrected',
      'rental.deleted',
    ]);
    expect(events.map(({ type }: any) => type)).toEqual(expect.arrayContaining(['client.created', 'client.merged']));
    expect(stored_responses).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ response: expect.objectContaining({ address: '71 Obsidian Crescent' }) }),
      ]),
    );
  });

  it('must not be cached, and names no one who made a change', async () => {
    const { headers, text } = await shop.api.get(`/clients/${person.id}/export`).expect(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers).not.toHaveProperty('etag');
    expect(text).not.toContain('"actor"');
    expect(text).not.toContain('"request_id"');
  });

  it('is compressed on request, and has the same length as its head says', async () => {
    const plain = await shop.api.get(`/clients/${person.id}/export`).set('Accept-Encoding', 'identity').expect(200);
    expect(Number(plain.headers['content-length'])).toBe(Buffer.byteLength(plain.text));
    const head = await shop.api.head(`/clients/${person.id}/export`).set('Accept-Encoding', 'identity').expect(200);
    expect(head.headers['content-length']).toBe(plain.headers['content-length']);
    const raw = await fetch(`${shop.url}/clients/${person.id}/export`, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(raw.headers.get('content-encoding')).toBe('gzip');
    expect(await raw.text()).toBe(plain.text);
  });

  it('returns 404 for an unknown client', async () => {
    await refused(shop.api.get('/clients/2147483647/export'), 404, 'not-found');
  });

  it('shows of a rental only what was recorded while it was the client’s', async () => {
    const { id: firstId } = await shop.clerk.client();
    const { id: secondId } = await shop.clerk.client();
    const { id: thirdId } = await shop.clerk.client();
    const { copies } = await shop.clerk.movie(3);
    const rent = await shop.clerk.rent(firstId, ...copies.map(({ id }: any) => id));
    const giveBack = async (index: number, note: string) => {
      const body = { details: [{ id: rent['details'][index].id, note }] };
      await shop.api.post(`/movie_rents/${rent['id']}/returns`).send(body).expect(200);
      const undo = { comment: `${note} undone` };
      await shop.api.post(`/movie_rent_details/${rent['details'][index].id}/undo_return`).send(undo).expect(200);
    };
    const moveTo = (client_id: number) => {
      const details = rent['details'].map(({ id, movie_copy_id }: any) => ({ id, movie_copy_id }));
      return shop.api.put(`/movie_rents/${rent['id']}`).send({ client_id, details }).expect(200);
    };
    await executeRaw(
      shop.databaseUrl,
      `INSERT INTO imported_row (source, table_name, source_id, row_id) VALUES ('old', 'movie_rent', 'Import of the first', ${rent['id']})`,
    );
    await giveBack(0, 'Note of the first');
    await moveTo(secondId);
    await giveBack(1, 'Note of the second');
    await moveTo(thirdId);
    await giveBack(2, 'Note of the third');
    const notes = async (id: number): Promise<string[]> => {
      const { text } = await shop.api.get(`/clients/${id}/export`).expect(200);
      return ['Import of the first', 'Note of the first', 'Note of the second', 'Note of the third'].filter((note) =>
        text.includes(note),
      );
    };
    expect(await notes(firstId)).toEqual(['Import of the first', 'Note of the first']);
    expect(await notes(secondId)).toEqual(['Note of the second']);
    expect(await notes(thirdId)).toEqual(['Note of the third']);
    const { body } = await shop.api.get(`/clients/${secondId}/export`).expect(200);
    const [former] = body.former_movie_rents;
    expect(former.events.map(({ changes }: any) => changes.client_id).filter(Boolean)).toEqual([
      { from: null, to: secondId },
      { from: secondId, to: null },
    ]);

    await moveTo(firstId);
    expect(await notes(firstId)).toEqual(['Import of the first', 'Note of the first']);
    const again = await shop.api.get(`/clients/${firstId}/export`).expect(200);
    expect(again.body.movie_rents.map(({ id }: any) => id)).toEqual([rent['id']]);
    expect(again.body.former_movie_rents).toEqual([]);
  });
});

describe('the export of a customer', () => {
  let shop: Awaited<ReturnType<typeof openSecuredShop>>;
  beforeAll(async () => (shop = await openSecuredShop()));
  afterAll(() => shop.close());

  it('is their own, with their API keys but no secret or digest; another’s is 404', async () => {
    const desk = clerk(shop.admin);
    const [own, other] = [await desk.client(), await desk.client()];
    const token = await shop.createKey('self', '--client', String(own['id']));
    const customer = withToken(shop.api, token);
    const { text, body } = await customer.get(`/clients/${own['id']}/export`).expect(200);
    expect(body.client).toEqual((await shop.admin.get(`/clients/${own['id']}`)).body);
    expect(body.api_keys).toMatchObject([{ scopes: ['self'], expiry_datetime: null, revoked_datetime: null }]);
    const [{ digest }] = (await queryRaw<{ digest: string }>(
      shop.databaseUrl,
      `SELECT digest FROM api_key WHERE client_id = ${own['id']}`,
    )) as [{ digest: string }];
    expect(text).not.toContain(digest);
    expect(text).not.toContain(secretOf(token));
    const denied = await refused(customer.get(`/clients/${other['id']}/export`), 404, 'not-found');
    const absent = await refused(customer.get('/clients/2147483647/export'), 404, 'not-found');
    expect(denied['detail']).toBe(absent['detail']);
  });

  it('needs clients:read and rentals:read of staff', async () => {
    const { id } = await clerk(shop.admin).client();
    for (const [scopes, missing] of [
      ['clients:read', 'rentals:read'],
      ['rentals:read', 'clients:read'],
    ] as const) {
      const staff = withToken(shop.api, await shop.createKey(scopes));
      const { detail } = await refused(staff.get(`/clients/${id}/export`), 403, 'forbidden');
      expect(detail).toBe(`The credential lacks the scope ${missing}.`);
    }
  });
});
