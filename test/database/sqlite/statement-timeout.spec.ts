import type { EntityManager } from 'typeorm';
import { connectionOf } from '../../../src/platform/database/sqlite/driver.js';
import { RawGenres } from '../../support/database/raw-tables.js';
import { type Database, openDatabaseAt } from '../../support/database/database.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';
import { until } from '../../support/until.js';

const repositories = { genres: RawGenres };
const timeoutMs = 200;
/** Takes much longer than the timeout, but is finite. */
const endless =
  'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000000) SELECT count(*) FROM n';
const timedOut = {
  name: 'ServiceUnavailable',
  message: expect.stringContaining('took too long'),
  cause: expect.objectContaining({ code: 'SQLITE_INTERRUPT' }),
};

describe('the statement timeout of SQLite readers', () => {
  let file: FreshDatabase;
  let database: Database;
  beforeAll(async () => {
    file = await freshDatabase();
    database = await openDatabaseAt(file.url, { statementTimeoutMs: timeoutMs } as object);
  });
  afterAll(async () => {
    await database.close();
    await file.drop();
  });

  const read = <Result>(work: (manager: EntityManager) => Promise<Result>) =>
    database.unitOfWork.read(repositories, ({ genres }) => work(genres.manager));
  const readSingle = (sql: string) =>
    database.unitOfWork.readSingle(repositories, ({ genres }) => genres.manager.query<object[]>(sql));

  it('interrupts a query in a transaction, and a single one', async () => {
    await expect(read((manager) => manager.query(endless))).rejects.toMatchObject(timedOut);
    await expect(readSingle(`SELECT * FROM (${endless})`)).rejects.toMatchObject(timedOut);
  });

  it('leaves every reader usable, without an open transaction', async () => {
    const slow = Array.from({ length: 6 }, () => read((manager) => manager.query(endless)));
    for (const { status } of await Promise.allSettled(slow)) expect(status).toBe('rejected');
    const added = await database.unitOfWork.run(repositories, ({ genres }) =>
      genres.create({ name: 'After', description: null }),
    );
    const seen = await Promise.all(
      Array.from({ length: 6 }, () => read((manager) => manager.query('SELECT id FROM genre'))),
    );
    expect(seen).toEqual(Array(6).fill([{ id: added.id }]));
  });

  it('applies to each statement: a unit of many short ones may take longer', async () => {
    const start = performance.now();
    let statements = 0;
    await read(async (manager) => {
      for (; performance.now() - start < 3 * timeoutMs; statements++) await manager.query('SELECT 1');
    });
    expect(statements).toBeGreaterThan(1);
  });

  it('never interrupts the next statement, nor COMMIT, if the interrupt comes late', async () => {
    for (let turn = 0; turn < 50; turn++) {
      await read(async (manager) => {
        const connection = connectionOf(manager.connection);
        await manager.query('SELECT 1');
        connection.interrupt();
        expect(await manager.query(`SELECT ${turn} AS turn`)).toEqual([{ turn }]);
        connection.interrupt();
      });
    }
  });

  it('does not limit the writer', async () => {
    const counted = await database.unitOfWork.run(repositories, ({ genres }) =>
      genres.manager.query<object[]>(`${endless.replace('100000000', '3000000')}`),
    );
    expect(counted).toEqual([{ 'count(*)': 3_000_000 }]);
  });
});

describe('endless reads on SQLite', () => {
  it('stop neither writes nor lookups, in any number', async () => {
    const file = await freshDatabase();
    const { unitOfWork, close } = await openDatabaseAt(file.url, { statementTimeoutMs: undefined } as object);
    const running = new Set<ReturnType<typeof connectionOf>>();
    let isOver = false;
    let finished = 0;
    const slow = Array.from({ length: 8 }, () =>
      unitOfWork
        .read(repositories, async ({ genres }) => {
          if (isOver) return;
          running.add(connectionOf(genres.manager.connection));
          await genres.manager.query(endless);
        })
        .catch((error: unknown) => error)
        .finally(() => finished++),
    );
    await until('a read runs', () => running.size === 1);
    const added = await unitOfWork.run(repositories, ({ genres }) =>
      genres.create({ name: 'Beside', description: null }),
    );
    expect(added.name).toBe('Beside');
    const found = await unitOfWork.readSingle(repositories, ({ genres }) => genres.get(added.id));
    expect(found.name).toBe('Beside');
    expect({ running: running.size, finished }).toEqual({ running: 1, finished: 0 });
    isOver = true;
    for (const connection of running) connection.interrupt();
    await Promise.all(slow);
    await close();
    await file.drop();
  });
});
