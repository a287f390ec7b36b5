import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DataSource } from 'typeorm';
import { connectionOf, driver } from '../../../src/platform/database/sqlite/driver.js';
import { ReadGate } from '../../../src/platform/database/sqlite/read-gate.js';
import { Reader } from '../../../src/platform/database/sqlite/reader.js';

describe('prepared statements on SQLite', () => {
  let folder: string;
  let source: DataSource;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'movie-rental-'));
    source = await new DataSource({ type: 'sqlite', driver, database: join(folder, 'file.sqlite') }).initialize();
    await source.query('CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE)');
  });
  afterEach(async () => {
    if (source.isInitialized) await source.destroy();
    await rm(folder, { recursive: true });
  });

  const add = (name: string): Promise<number> => source.query('INSERT INTO thing (name) VALUES (?)', [name]);
  const find = (name: string): Promise<object[]> => source.query('SELECT * FROM thing WHERE name = ?', [name]);

  it('return the rows for each value', async () => {
    expect([await add('one'), await add('two')]).toEqual([1, 2]);
    expect([await find('one'), await find('two'), await find('three')]).toEqual([
      [{ id: 1, name: 'one' }],
      [{ id: 2, name: 'two' }],
      [],
    ]);
  });

  it('may run again before the first run has ended', async () => {
    await add('one');
    const answers = await Promise.all(Array.from({ length: 20 }, () => find('one')));
    expect(answers).toEqual(Array(20).fill([{ id: 1, name: 'one' }]));
  });

  it('report their error each time, and keep working', async () => {
    const wrong = (): Promise<unknown> => source.query('SELECT nothing FROM thing WHERE id = ?', [1]);
    const results = await Promise.allSettled([wrong(), wrong(), wrong()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await add('one');
    await expect(add('one')).rejects.toThrow(/UNIQUE/);
    await expect(add('one')).rejects.toThrow(/UNIQUE/);
    expect(await add('two')).toBe(2);
  });

  it('are prepared again after a change of the schema', async () => {
    await add('one');
    await find('one');
    await source.query(`ALTER TABLE thing ADD COLUMN color TEXT DEFAULT 'red'`);
    expect(await find('one')).toEqual([{ id: 1, name: 'one', color: 'red' }]);
  });

  it('do not block COMMIT after returning rows', async () => {
    for (const name of ['one', 'two']) {
      await source.query('BEGIN');
      await source.query('INSERT INTO thing (name) VALUES (?) RETURNING id', [name]);
      await source.query('COMMIT');
    }
    expect(await find('two')).toHaveLength(1);
  });

  it('are evicted by size, least recently used first, and finalized on close', async () => {
    /** @private-api of movie-rental: PreparingDatabase.prepared */
    const { prepared } = connectionOf(source) as unknown as { prepared: Map<string, unknown> };
    const long = 'x'.repeat(4_000);
    for (let column = 0; column < 100; column++) {
      await source.query(`SELECT ${column}, '${long}' FROM thing WHERE id = ?`, [1]);
      await find('one');
    }
    const kept = [...prepared.keys()];
    expect(kept.join('').length).toBeLessThanOrEqual(128 * 1024);
    expect(kept).toHaveLength(33);
    expect(kept).toContain('SELECT * FROM thing WHERE name = ?');
    await source.destroy();
    expect(source.isInitialized).toBe(false);
  });

  it('work in the next transaction after SQLite has rolled one back by itself', async () => {
    const reader = new Reader(source.createQueryRunner(), new ReadGate());
    const exec = promisify<string, void>((sql, done) => connectionOf(source).exec(sql, done));
    await reader.read(() => exec('ROLLBACK'));
    await add('one');
    expect(await reader.read((manager) => manager.query('SELECT name FROM thing'))).toEqual([{ name: 'one' }]);
  });
});
