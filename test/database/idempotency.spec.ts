import { randomBytes } from 'node:crypto';
import {
  Between,
  type EntityManager,
  Equal,
  type FindOperator,
  In,
  LessThan,
  LessThanOrEqual,
  MoreThan,
  MoreThanOrEqual,
  Not,
  Raw,
} from 'typeorm';
import { IdempotencyPurge } from '../../src/platform/database/idempotency/idempotency-purge.js';
import { IdempotencyKey } from '../../src/platform/database/idempotency/idempotency-key.entity.js';
import { RawGenres, RawTables } from '../support/database/raw-tables.js';
import type { IdempotentRequest } from '../../src/kernel/idempotency.js';
import { type Database, openDatabase } from '../support/database/database.js';
import { until } from '../support/until.js';

const repositories = { genres: RawGenres };
const idempotentRequest = <Result>(
  key: string,
  responseOf: (result: Result) => object = (result) => ({ result }),
): IdempotentRequest<Result> => ({
  key,
  request: 'POST /genres',
  responseOf,
  resourceOf: () => '/genres/1',
});

describe('an idempotent unit of work', () => {
  let database: Database;
  beforeAll(async () => (database = await openDatabase()));
  afterAll(() => database.close());

  const add = (name: string, key: IdempotentRequest<unknown>) =>
    database.unitOfWork
      .for({ idempotency: key })
      .run(repositories, ({ genres }) => genres.create({ name, description: null }));
  const names = () =>
    database.unitOfWork.read(repositories, async ({ genres }) => (await genres.rows.find()).map(({ name }) => name));

  it('stores its response and its effect atomically', async () => {
    const unanswerable = idempotentRequest('unanswerable', () => {
      throw new Error('The answer can not be kept.');
    });
    await expect(add('Lost', unanswerable)).rejects.toThrow('can not be kept');
    expect(await names()).not.toContain('Lost');
    await add('Found', idempotentRequest('unanswerable'));
    expect(await names()).toContain('Found');
  });

  it('replays the stored response, and does nothing, on a retry', async () => {
    await add(
      'Noir',
      idempotentRequest('noir', () => ({ name: 'first' })),
    );
    await expect(
      add(
        'Noir again',
        idempotentRequest('noir', () => ({ name: 'second' })),
      ),
    ).rejects.toMatchObject({
      storedResponse: { name: 'first' },
    });
    expect(await names()).not.toContain('Noir again');
  });

  const age = (hours: number) =>
    database.dataSource.query(
      `UPDATE idempotency_key SET creation_datetime = '${new Date(Date.now() - hours * 3_600_000).toISOString()}'`,
    );
  const count = async () =>
    Number(
      (await database.dataSource.query<{ n: number | string }[]>('SELECT COUNT(*) AS n FROM idempotency_key'))[0]!.n,
    );

  async function storeExpiredAndOthers(): Promise<void> {
    const rows = (prefix: string, hours: number) =>
      Array.from(
        { length: 600 },
        (_, index) =>
          `('${prefix} ${index}', 'POST', '{}', '${new Date(Date.now() - hours * 3_600_000).toISOString()}')`,
      ).join();
    await database.dataSource.query('DELETE FROM idempotency_key');
    await database.dataSource.query(
      `INSERT INTO idempotency_key (key, request, answer, creation_datetime) VALUES ${rows('old', 25)}, ${rows('new', 23)}`,
    );
  }

  it('purges expired keys in batches of 500, and keeps the others', async () => {
    await storeExpiredAndOthers();
    expect(await database.unitOfWork.purgeIdempotencyKeys()).toBe(true);
    expect(await count()).toBe(700);
    expect(await database.unitOfWork.purgeIdempotencyKeys()).toBe(false);
    expect(await count()).toBe(600);
  });

  it('purges all expired keys at intervals, without any request, until the service stops', async () => {
    class FrequentPurge extends IdempotencyPurge {
      protected override readonly intervalMs = 1;
    }
    const purge = new FrequentPurge(database.unitOfWork);
    purge.onApplicationBootstrap();
    for (const _ of ['first', 'second']) {
      await storeExpiredAndOthers();
      await until('all expired keys are deleted', async () => (await count()) === 600);
    }
    await purge.beforeApplicationShutdown();
    await storeExpiredAndOthers();
    expect(await count()).toBe(1200);
  });

  it('has its keys purged in every service', () => {
    expect(database.app.get(IdempotencyPurge)).toBeInstanceOf(IdempotencyPurge);
  });

  describe.each(['Asia/Tokyo', 'America/Los_Angeles'])('in the time zone %s', (timeZone) => {
    const { TZ } = process.env;
    beforeAll(() => void (process.env['TZ'] = timeZone));
    afterAll(() => {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    });

    it('replays a key of 16 hours and of 23.9 hours, and not one of 24.1', async () => {
      const key = idempotentRequest(`16 hours in ${timeZone}`);
      await add(`Sixteen in ${timeZone}`, key);
      for (const hours of [16, 23.9]) {
        await age(hours);
        await database.unitOfWork.purgeIdempotencyKeys();
        await expect(add('Twice', key)).rejects.toThrow('carried out before');
      }
      await age(24.1);
      await add(`Again in ${timeZone}`, key);
      await age(24.1);
      while (await database.unitOfWork.purgeIdempotencyKeys());
      expect(await count()).toBe(0);
    });

    it('compares instants in their stored form by every operator', async () => {
      await database.dataSource.query('DELETE FROM idempotency_key');
      await add(`Compared in ${timeZone}`, idempotentRequest('compared'));
      await database.dataSource.query(`UPDATE idempotency_key SET creation_datetime = '2026-01-01T12:00:00.000Z'`);
      const [before, at, after] = ['11:59:59.999', '12:00:00.000', '12:00:00.001'].map(
        (time) => new Date(`2026-01-01T${time}Z`),
      ) as [Date, Date, Date];
      const found = (...operators: FindOperator<Date>[]) =>
        database.unitOfWork.read({ raw: RawTables }, ({ raw: { manager } }) =>
          Promise.all(
            operators.flatMap((operator) => [
              manager.countBy(IdempotencyKey, { creationDatetime: operator }),
              manager.createQueryBuilder(IdempotencyKey, 'k').where({ creationDatetime: operator }).getCount(),
            ]),
          ),
        );
      const match = () => [
        LessThan(after),
        LessThanOrEqual(at),
        MoreThan(before),
        MoreThanOrEqual(at),
        Equal(at),
        In([after, at]),
        Between(before, after),
        Not(In([before, after])),
        Not(LessThan(at)),
      ];
      const others = () => [
        LessThan(at),
        LessThanOrEqual(before),
        MoreThan(at),
        Not(at),
        Not(Between(at, after)),
        In([before]),
      ];
      expect(new Set(await found(...match()))).toEqual(new Set([1]));
      expect(new Set(await found(...(others() as FindOperator<Date>[])))).toEqual(new Set([0]));
    });
  });

  it('refuses a Date as a parameter of a statement', async () => {
    const date = new Date();
    const refusedBy = (job: (manager: EntityManager) => Promise<unknown>) =>
      expect(database.unitOfWork.read({ raw: RawTables }, ({ raw }) => job(raw.manager))).rejects.toThrow(
        'A Date is no parameter of a statement',
      );
    await refusedBy((manager) =>
      manager.createQueryBuilder(IdempotencyKey, 'k').where('k.creationDatetime <= :date', { date }).getMany(),
    );
    await refusedBy((manager) =>
      manager.countBy(IdempotencyKey, { creationDatetime: Raw((column) => `${column} <= :date`, { date }) }),
    );
    const all = 'SELECT key FROM idempotency_key WHERE creation_datetime <= $1';
    await refusedBy((manager) => manager.query(all, [date]));
    const one = `UPDATE idempotency_key SET answer = answer WHERE creation_datetime <= $1`;
    for (const sql of [all, one]) {
      await expect(database.dataSource.query(sql, [date])).rejects.toThrow('A Date is no parameter of a statement');
    }
  });

  it.each([
    ['as it is below 1 kB', 'short', false],
    ['compressed', 'long '.repeat(10_000), true],
  ])('stores a response %s', async (_, text, isCompressed) => {
    const key = idempotentRequest(`stored ${text.length}`, () => ({ id: 1, text }));
    await add(`Stored ${text.length}`, key);
    const [row] = await database.dataSource.query<{ answer: string }[]>(
      `SELECT answer FROM idempotency_key WHERE key = '${key.key}'`,
    );
    expect(row!.answer.startsWith('{')).toBe(!isCompressed);
    expect(row!.answer.length).toBeLessThan(2000);
    await expect(add('Twice', key)).rejects.toMatchObject({ storedResponse: { id: 1, text } });
  });

  it.each([
    ['1 MB', () => 'x'.repeat(2 ** 20)],
    ['64 kB once it is compressed', () => randomBytes(60_000).toString('hex')],
  ])('does not store a response of more than %s, and names the path of its resource', async (name, text) => {
    const key = idempotentRequest(`large ${name}`, () => ({ id: 1, text: text() }));
    await add(`Large ${name}`, key);
    await expect(add('Twice', key)).rejects.toMatchObject({ name: 'IdempotencyAnswerGone', resource: '/genres/1' });
  });
});
