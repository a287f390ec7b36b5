import { setTimeout } from 'node:timers/promises';
import { DataSource, type EntityManager } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import { setAndCheckPragmas } from '../../../src/database/sqlite/pragmas.js';
import type { UnitOfWork } from '../../../src/database/unit-of-work.js';
import { GenreRepository } from '../../../src/genres/genre.repository.js';
import { openDatabaseAt } from '../../support/database.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';

const names = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete', 'busy_timeout'];
const promised = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1, secure_delete: 1, busy_timeout: 5000 };
const work = { genres: GenreRepository };

describe("SQLite's pragmas", () => {
  let database: FreshDatabase;
  beforeEach(async () => (database = await freshDatabase()));
  afterEach(() => database.drop());

  async function ask(manager: EntityManager): Promise<object> {
    const answers: Record<string, unknown> = {};
    for (const name of names) {
      const [row] = await manager.query<Record<string, unknown>[]>(`PRAGMA ${name}`);
      answers[name] = Object.values(row!)[0];
    }
    return answers;
  }

  /** What holds on every connection that a running unit of work uses, those it reads from all asked at once. */
  async function inForce(unitOfWork: UnitOfWork): Promise<{ writer: object; readers: object[] }> {
    const readers = new Map<DataSource, object>();
    const writer = await unitOfWork.run(work, ({ genres }) => ask(genres.manager));
    const reading = Array.from({ length: 16 }, () =>
      unitOfWork.read(work, async ({ genres }) => {
        readers.set(genres.manager.connection, await ask(genres.manager));
        await setTimeout(20);
      }),
    );
    await Promise.all(reading);
    return { writer, readers: [...readers.values()] };
  }

  it('are in force on the connection that writes and on all that read', async () => {
    const { unitOfWork, close } = await openDatabaseAt(database.url);
    const { writer, readers } = await inForce(unitOfWork);
    await close();
    expect(writer).toEqual(promised);
    expect(readers).toEqual(Array(2).fill(promised));
  });

  it('are in force again after a tool has changed those that the file remembers', async () => {
    await (await openDatabaseAt(database.url)).close();
    const tool = await new DataSource(dataSourceOptions(database.url)).initialize();
    await tool.query('PRAGMA journal_mode = DELETE');
    await tool.destroy();
    const { unitOfWork, close } = await openDatabaseAt(database.url);
    const { writer, readers } = await inForce(unitOfWork);
    await close();
    expect([writer, ...readers]).toEqual(Array(3).fill(promised));
  });

  it('are refused loudly where SQLite does not keep one', async () => {
    const memory = await new DataSource({ type: 'sqlite', database: ':memory:' }).initialize();
    await expect(setAndCheckPragmas(memory)).rejects.toThrow(
      "SQLite kept journal_mode at memory where wal was asked for, so the service can't keep its promises on :memory:.",
    );
    await memory.destroy();
  });
});
