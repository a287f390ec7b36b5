import { dataSourceOptions } from '../../../ormconfig.js';
import { Environment } from '../../../src/platform/config/environment.js';
import { startSession } from '../../../src/platform/database/postgres/session-settings.js';
import { UnusableDatabase } from '../../../src/platform/database/engine/unusable-database.js';
import { withDatabase, withReadOnlyDatabase } from '../../../src/platform/database/with-database.js';
import { RawGenres } from '../../support/database/raw-tables.js';
import { openShop } from '../../support/app.js';
import { type Database, openDatabaseAt } from '../../support/database/database.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';
import { isPgBouncerInstalled, startPgBouncer } from '../../support/database/pgbouncer.js';
import { clerk } from '../../support/shop.js';
import { describeIf } from '../../support/skipping.js';

const work = { genres: RawGenres };
const names = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'];
const settingsSql = `SELECT name, setting FROM pg_settings WHERE name = ANY($1)`;

/** Returns the settings of the connections of `count` concurrent units of work. */
async function settingsIn({ unitOfWork }: Pick<Database, 'unitOfWork'>, count: number): Promise<object[]> {
  return Promise.all(
    Array.from({ length: count }, () =>
      unitOfWork.run(work, async ({ genres }) => {
        const rows = await genres.query<{ name: string; setting: string }[]>(settingsSql, [names]);
        return Object.fromEntries(rows.map(({ name, setting }) => [name, Number(setting)]));
      }),
    ),
  );
}

function describeTimeouts(urlOf: () => string): void {
  const expected = { lock_timeout: 777, statement_timeout: 4321, idle_in_transaction_session_timeout: 10_000 };

  it('are in force on every connection', async () => {
    const { extra } = dataSourceOptions(`${urlOf()}?lock_timeout=777`, {
      ...new Environment(),
      STATEMENT_TIMEOUT_MS: 4321,
    }) as { extra: object };
    const database = await openDatabaseAt(urlOf(), { extra });
    try {
      expect(await settingsIn(database, 10)).toEqual(Array(10).fill(expected));
    } finally {
      await database.close();
    }
  });

  it('are off for tools, which are read-only unless they write', async () => {
    const options = dataSourceOptions(urlOf());
    const [settings] = await withDatabase(options, (unitOfWork) => settingsIn({ unitOfWork }, 1));
    expect(settings).toMatchObject({ statement_timeout: 0, idle_in_transaction_session_timeout: 0 });
    const writing = withReadOnlyDatabase(options, (unitOfWork) =>
      unitOfWork.run(work, ({ genres }) => genres.query('CREATE TABLE written ()')),
    );
    await expect(writing).rejects.toThrow();
  });
}

describe('timeouts of connections to PostgreSQL', () => {
  let fresh: FreshDatabase;
  beforeAll(async () => (fresh = await freshDatabase()));
  afterAll(() => fresh.drop());

  describeTimeouts(() => fresh.url);

  it('have defaults that are shorter than timeouts of clients', () => {
    expect(dataSourceOptions('postgres://localhost/shop')).toMatchObject({
      extra: { settings: { lock_timeout: 2_500, statement_timeout: 5_000 } },
    });
  });

  it('are checked: a server with other values is refused', async () => {
    const session = {
      queryUnprepared: <Row>(sql: string): Promise<Row[]> =>
        Promise.resolve([
          sql.includes('set_config') ? { name: 'lock_timeout', value: '2500ms' } : { backend: null, values: ['0'] },
        ] as Row[]),
    };
    const starting = startSession(session, { lock_timeout: 2_500 });
    await expect(starting).rejects.toThrow(UnusableDatabase);
    await expect(starting).rejects.toThrow('kept lock_timeout at 0 where 2500ms was requested');
  });
});

describeIf(isPgBouncerInstalled, 'PgBouncer is not installed.')('behind PgBouncer, which pools sessions', () => {
  let fresh: FreshDatabase;
  beforeAll(async () => (fresh = await freshDatabase()));
  afterAll(() => fresh.drop());

  describe.each([
    ['and refuses startup parameters', []],
    ['and drops startup parameters', [`ignore_startup_parameters = ${[...names, 'options'].join()}`]],
  ])('%s, timeouts', (_, settings) => {
    let pooler: Awaited<ReturnType<typeof startPgBouncer>>;
    beforeAll(async () => (pooler = await startPgBouncer(process.env['TEST_DATABASE_URL']!, ...settings)));
    afterAll(() => pooler.stop());

    describeTimeouts(() => pooler.urlOf(fresh.url));

    it('and the service serves', async () => {
      const shop = await openShop({ databaseUrl: fresh.url, reachedBy: (url) => Promise.resolve(pooler.urlOf(url)) });
      try {
        const [client, movie] = [await clerk(shop.api).client(), await clerk(shop.api).movie(1)];
        await clerk(shop.api).rent(client['id'], movie['copies'][0].id);
        await shop.api.get('/health/ready').expect(200);
      } finally {
        await shop.close();
      }
    });
  });
});
