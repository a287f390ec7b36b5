import { DataSource } from 'typeorm';
import { driver, stalePlanCode } from '../../../src/platform/database/postgres/driver.js';
import { openShop } from '../../support/app.js';
import { executeRaw } from '../../support/database/raw-database.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';

describe('prepared statements on PostgreSQL', () => {
  let database: FreshDatabase;
  let source: DataSource;
  beforeEach(async () => {
    database = await freshDatabase();
    source = await new DataSource({ type: 'postgres', driver, url: database.url, poolSize: 1 }).initialize();
    await source.query('CREATE TABLE thing (id serial PRIMARY KEY, name text UNIQUE)');
  });
  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  const add = (name: string): Promise<object[]> =>
    source.query('INSERT INTO thing (name) VALUES ($1) RETURNING id', [name]);
  const find = (name: string): Promise<object[]> => source.query('SELECT name FROM thing WHERE name = $1', [name]);
  const kept = async (): Promise<string[]> =>
    (await source.query<{ statement: string }[]>('SELECT statement FROM pg_prepared_statements')).map(
      ({ statement }) => statement,
    );

  it('return the rows for each value, and are planned once', async () => {
    expect([await add('one'), await add('two')]).toEqual([[{ id: 1 }], [{ id: 2 }]]);
    expect([await find('one'), await find('two'), await find('three')]).toEqual([
      [{ name: 'one' }],
      [{ name: 'two' }],
      [],
    ]);
    expect(await kept()).toEqual([
      'INSERT INTO thing (name) VALUES ($1) RETURNING id',
      'SELECT name FROM thing WHERE name = $1',
    ]);
  });

  it('are planned each time if the plan depends on the search text', async () => {
    await source.query(
      'SELECT name FROM (/* plan each execution */ SELECT name FROM thing WHERE name LIKE $1) AS found',
      ['%o%'],
    );
    expect(await kept()).toEqual([]);
  });

  it('report their error each time, and keep working', async () => {
    await add('one');
    for (const _ of [1, 2]) await expect(add('one')).rejects.toThrow('duplicate key');
    expect(await find('one')).toEqual([{ name: 'one' }]);
  });

  it('are prepared again after PostgreSQL has refused the plan of a changed result type', async () => {
    await find('one');
    await source.query('ALTER TABLE thing ADD COLUMN color text');
    await expect(find('one')).resolves.toEqual([]);
    await source.query('ALTER TABLE thing ALTER COLUMN name TYPE varchar(10)');
    await expect(find('one')).rejects.toMatchObject({ code: stalePlanCode });
    await expect(find('one')).resolves.toEqual([]);
  });

  it('answer 503 to a read by an outdated plan, and succeed when it is repeated', async () => {
    const shop = await openShop();
    // Reads the policy by its columns. Most reads return JSON, whose type doesn't change.
    const rents = '/movie_rents?created_from=2026-01-01';
    await shop.api.get(rents).expect(200);
    await executeRaw(shop.databaseUrl, 'ALTER TABLE shop ALTER name TYPE varchar(99)');
    await shop.api.get(rents).expect(503).expect('Retry-After', /./);
    await shop.api.get(rents).expect(200);
    await shop.close();
  });

  it('are evicted by size, least recently used first, in the client and on the server', async () => {
    const long = 'x'.repeat(4_000);
    for (let count = 0; count < 100; count++) {
      await source.query(`SELECT ${count}, '${long}' WHERE $1::int = 1`, [1]);
      await find('one');
    }
    const statements = await kept();
    expect(statements).toContain('SELECT name FROM thing WHERE name = $1');
    expect(statements.join('').length).toBeLessThanOrEqual(129 * 1024);
    const connection = await source.driver.obtainMasterConnection();
    const [client, release] = connection as [{ connection: { parsedStatements: object } }, () => void];
    release();
    expect(Object.keys(client.connection.parsedStatements)).toHaveLength(statements.length);
  });
});
