import { RawGenres } from '../../support/database/raw-tables.js';
import { type Database, openDatabase } from '../../support/database/database.js';

const work = { genres: RawGenres };
const unavailable = { name: 'ServiceUnavailable', cause: expect.objectContaining({ code: 'SQLITE_FULL' }) };

describe('a transaction that SQLite has lost', () => {
  let database: Database;
  beforeEach(async () => (database = await openDatabase()));
  afterEach(() => database.close());

  const add = (name: string, description: string | null = null) =>
    database.unitOfWork.run(work, ({ genres }) => genres.create({ name, description }));

  async function pragma(sql: string): Promise<number> {
    const [row] = await database.dataSource.query<Record<string, number>[]>(`PRAGMA ${sql}`);
    return Object.values(row!)[0]!;
  }

  async function withFullDisk(work: () => Promise<void>): Promise<void> {
    const plenty = await pragma('max_page_count');
    await pragma(`max_page_count = ${await pragma('page_count')}`);
    await work();
    await pragma(`max_page_count = ${plenty}`);
  }

  it('rejects every unit of its batch, and later units still work', async () => {
    await add('Before');
    await withFullDisk(async () => {
      // Runs first, so that the next three wait together and share a transaction.
      const alone = database.unitOfWork.run(work, async ({ genres }) => {
        await genres.create({ name: 'Alone', description: null });
      });
      const batch = [
        add('Good'),
        database.unitOfWork.run(work, async ({ genres }) => {
          for (let row = 0; ; row++) await genres.create({ name: `Row ${row}`, description: 'x'.repeat(2000) });
        }),
        add('Also good'),
      ];
      await alone;
      const outcomes = await Promise.allSettled(batch);
      expect(outcomes).toEqual(Array(3).fill({ status: 'rejected', reason: expect.objectContaining(unavailable) }));
    });
    await add('After');
    const names = await database.unitOfWork.read(work, async ({ genres }) =>
      (await genres.rows.find({ order: { id: 'ASC' } })).map(({ name }) => name),
    );
    expect(names).toEqual(['Before', 'Alone', 'After']);
  });

  it('does not affect reads', async () => {
    await add('Before');
    await withFullDisk(async () => {
      const filling = database.unitOfWork.run(work, async ({ genres }) => {
        for (let row = 0; ; row++) await genres.create({ name: `Row ${row}`, description: 'x'.repeat(2000) });
      });
      await expect(filling).rejects.toMatchObject(unavailable);
      expect(await database.unitOfWork.read(work, ({ genres }) => genres.count())).toBe(1);
    });
  });
});
