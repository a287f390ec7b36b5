import { GenreRepository } from '../../src/genres/genre.repository.js';
import type { Once } from '../../src/kernel/once.js';
import { type Database, openDatabase } from '../support/database.js';

const participants = { genres: GenreRepository };
const once = <Result>(key: string, answer: (result: Result) => object = (result) => ({ result })): Once<Result> => ({
  key,
  request: 'POST /genres',
  answer,
});

describe('a unit of work that is done once', () => {
  let database: Database;
  beforeAll(async () => (database = await openDatabase()));
  afterAll(() => database.close());

  const add = (name: string, key: Once<unknown>) =>
    database.unitOfWork
      .for({ idempotency: key })
      .run(participants, ({ genres }) => genres.add({ name, description: null }));
  const names = () =>
    database.unitOfWork.read(participants, async ({ genres }) => (await genres.find()).map(({ name }) => name));

  it('keeps its answer and its effect together: one is not there without the other', async () => {
    const unanswerable = once('unanswerable', () => {
      throw new Error('The answer can not be kept.');
    });
    await expect(add('Lost', unanswerable)).rejects.toThrow('can not be kept');
    expect(await names()).not.toContain('Lost');
    await add('Found', once('unanswerable'));
    expect(await names()).toContain('Found');
  });

  it('tells the answer it gave, and does nothing, when it is asked for again', async () => {
    await add(
      'Noir',
      once('noir', () => ({ told: 'first' })),
    );
    await expect(
      add(
        'Noir again',
        once('noir', () => ({ told: 'second' })),
      ),
    ).rejects.toMatchObject({
      answer: { told: 'first' },
    });
    expect(await names()).not.toContain('Noir again');
  });

  it('forgets, as new answers come, more of the old ones than are added', async () => {
    const count = () =>
      database.dataSource.query<{ n: number | string }[]>('SELECT COUNT(*) AS n FROM idempotency_key');
    for (let index = 0; index < 30; index++) await add(`Old ${index}`, once(`old ${index}`));
    await database.dataSource.query(`UPDATE idempotency_key SET creation_datetime = '2001-01-01T00:00:00.000Z'`);
    for (let index = 0; index < 10; index++) await add(`New ${index}`, once(`new ${index}`));
    expect(Number((await count())[0]!.n)).toBe(10);
  });
});
