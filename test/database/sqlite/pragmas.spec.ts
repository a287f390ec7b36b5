import { DataSource, type EntityManager } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import { openDataSource } from '../../../src/platform/database/opening/open-data-source.js';
import { driver } from '../../../src/platform/database/sqlite/driver.js';
import { setAndCheckPragmas } from '../../../src/platform/database/sqlite/pragmas.js';
import { SqliteDatabase } from '../../../src/platform/database/sqlite/sqlite-database.js';
import { openDatabaseAt } from '../../support/database/database.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';

const names = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete', 'busy_timeout'];
const promised = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1, secure_delete: 1, busy_timeout: 5000 };

describe('pragmas of SQLite', () => {
  let database: FreshDatabase;
  beforeEach(async () => (database = await freshDatabase()));
  afterEach(() => database.drop());

  async function readPragmas(manager: EntityManager): Promise<object> {
    const answers: Record<string, unknown> = {};
    for (const name of names) {
      const [row] = await manager.query<Record<string, unknown>[]>(`PRAGMA ${name}`);
      answers[name] = Object.values(row!)[0];
    }
    return answers;
  }

  /** Returns the pragmas of each connection of units of work, the writer first. */
  async function inForce(): Promise<object[]> {
    const connections = await SqliteDatabase.open(await openDataSource(dataSourceOptions(database.url)));
    const dataSources: DataSource[] = [];
    connections.transactions((dataSource) => {
      dataSources.push(dataSource);
      return dataSource.createQueryRunner();
    });
    const answers = await Promise.all(dataSources.map(({ manager }) => readPragmas(manager)));
    await connections.onApplicationShutdown();
    return answers;
  }

  it('are set on the writer and on all readers', async () => {
    expect(await inForce()).toEqual(Array(3).fill(promised));
  });

  it('are set again after a tool has changed those stored in the file', async () => {
    await (await openDatabaseAt(database.url)).close();
    const tool = await new DataSource(dataSourceOptions(database.url)).initialize();
    await tool.query('PRAGMA journal_mode = DELETE');
    await tool.destroy();
    expect(await inForce()).toEqual(Array(3).fill(promised));
  });

  it('cause an error if SQLite does not accept one', async () => {
    const memory = await new DataSource({ type: 'sqlite', driver, database: ':memory:' }).initialize();
    await expect(setAndCheckPragmas(memory)).rejects.toThrow(
      'SQLite kept journal_mode at memory where wal was requested, so data could be lost on :memory:.',
    );
    await memory.destroy();
  });
});
