import { EventEmitter, once } from 'node:events';
import sqlite3 from 'sqlite3';
import { GenreRepository } from '../../../src/genres/genre.repository.js';
import { type Database, openDatabase } from '../../support/database/database.js';
import { queryRaw } from '../../support/database/raw-database.js';

const work = { genres: GenreRepository };

describe('group commit', () => {
  let database: Database;
  beforeEach(async () => (database = await openDatabase()));
  afterEach(async () => {
    jest.restoreAllMocks();
    await database.close();
  });

  const add = (name: string) =>
    database.unitOfWork.run(work, ({ genres }) => genres.create({ name, description: null }));
  const onDisk = () => queryRaw(database.url, 'SELECT name FROM genre');

  it('rejects a unit that fails because of another unit of its batch only after the commit of the batch', async () => {
    let release!: () => void;
    let begin!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const begun = new Promise<void>((resolve) => (begin = resolve));
    // Runs first, so that the next three wait together and share a transaction.
    const alone = database.unitOfWork.run(work, async () => {});
    const stored = add('Western');
    const rows: object[] = [];
    let isRejected = false;
    const rejected = add('Western').catch(async (error: unknown) => {
      isRejected = true;
      rows.push(...(await onDisk()));
      return error;
    });
    const last = database.unitOfWork.run(work, async () => {
      begin();
      await released;
    });
    await alone;
    await begun;
    // The unit has failed, and the next one runs. All promises that are settled have been handled.
    await new Promise((resolve) => setImmediate(resolve));
    expect(isRejected).toBe(false);
    expect(await onDisk()).toEqual([]);
    release();
    await Promise.all([stored, last]);
    expect(await rejected).toMatchObject({ message: expect.stringContaining('Western') });
    expect(rows).toEqual([{ name: 'Western' }]);
    expect(database.unitOfWork.stats.batched).toBe(2);
  });

  it.each([
    ['stored', null],
    ['refused', new Error('SQLITE_IOERR: disk I/O error')],
  ])('announces a commit by a promise that is pending until the disk has %s it', async (outcome, failure) => {
    const disk = new EventEmitter();
    const exec = sqlite3.Database.prototype.exec;
    jest.spyOn(sqlite3.Database.prototype, 'exec').mockImplementation(function (this: sqlite3.Database, sql, done) {
      if (sql !== 'COMMIT') return exec.call(this, sql, done);
      disk.once('answer', () => (failure ? done!.call({} as sqlite3.Statement, failure) : exec.call(this, sql, done)));
      disk.emit('asked');
      return this;
    });
    let state = '';
    database.unitOfWork.writeQueue.onCommit((committed) => {
      state = 'pending';
      committed.then(
        () => (state = 'stored'),
        () => (state = 'refused'),
      );
    });
    const asked = once(disk, 'asked');
    const added = add('Western').catch(() => undefined);
    await asked;
    await new Promise((resolve) => setImmediate(resolve));
    expect(state).toBe('pending');
    disk.emit('answer');
    await added;
    expect(state).toBe(outcome);
  });

  describe('with units that fail', () => {
    let runs: string[];
    let statements: string[];
    beforeEach(() => ([runs, statements] = [[], recordStatements()]));

    /** The transaction statements of the connection that writes. */
    function recordStatements(): string[] {
      const recorded: string[] = [];
      const exec = sqlite3.Database.prototype.exec;
      jest.spyOn(sqlite3.Database.prototype, 'exec').mockImplementation(function (this: sqlite3.Database, sql, done) {
        recorded.push(sql);
        return exec.call(this, sql, done);
      });
      return recorded;
    }

    const lastTransaction = () =>
      statements.slice(statements.findLastIndex((statement) => statement.startsWith('BEGIN')));

    const addRecorded = (name: string) =>
      database.unitOfWork.run(work, async ({ genres }) => {
        runs.push(name);
        await genres.create({ name, description: null });
        if (name.startsWith('Bad')) throw new Error(name);
      });
    /** Adds genres in one batch, behind a unit that runs alone. */
    async function addTogether(...names: string[]): Promise<PromiseSettledResult<void>['status'][]> {
      const alone = database.unitOfWork.run(work, async () => {});
      const added = Promise.allSettled(names.map(addRecorded));
      await alone;
      return (await added).map(({ status }) => status);
    }

    it('stores a batch whose units all succeed by a transaction without savepoints', async () => {
      expect(await addTogether('A', 'B', 'C')).toEqual(Array(3).fill('fulfilled'));
      expect(lastTransaction()).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    });

    it('repeats a batch with savepoints if a unit fails after others have written, and stores the others', async () => {
      expect(await addTogether('A', 'B', 'Bad', 'C')).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
      expect(runs).toEqual(['A', 'B', 'Bad', 'A', 'B', 'Bad', 'C']);
      expect(await onDisk()).toEqual([{ name: 'A' }, { name: 'B' }, { name: 'C' }]);
    });

    it('runs units that fail before any other has written once', async () => {
      expect(await addTogether('Bad', 'Bad 2', 'A')).toEqual(['rejected', 'rejected', 'fulfilled']);
      expect(runs).toEqual(['Bad', 'Bad 2', 'A']);
      expect(await onDisk()).toEqual([{ name: 'A' }]);
    });

    it('begins the next batches with savepoints, and later ones without', async () => {
      await addTogether('A', 'Bad');
      runs = [];
      await addTogether('B', 'Bad');
      expect(runs).toEqual(['B', 'Bad']);
      for (let index = 0; index < 15; index++) await addTogether(`C ${index}`, `D ${index}`);
      expect(lastTransaction()).toContain('RELEASE unit; SAVEPOINT unit');
      await addTogether('E', 'F');
      expect(lastTransaction()).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    });
  });
});
