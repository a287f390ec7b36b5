import { GenreRepository } from '../../../src/genres/genre.repository.js';
import { type Database, openDatabase } from '../../support/database.js';
import { queryRaw } from '../../support/raw-database.js';

const work = { genres: GenreRepository };

describe('group commit', () => {
  let database: Database;
  beforeEach(async () => (database = await openDatabase()));
  afterEach(() => database.close());

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
});
