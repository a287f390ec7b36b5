import type { QueryRunner } from 'typeorm';
import { withScopedRunner } from '../../../src/platform/database/engine/scoped-runner.js';
import { inOrder } from '../../../src/kernel/in-order.js';
import { type Database, openDatabase } from '../../support/database/database.js';

describe('statements that are sent before BEGIN is answered', () => {
  let database: Database;
  let runner: QueryRunner;
  beforeAll(async () => {
    database = await openDatabase();
    runner = database.dataSource.createQueryRunner();
    await runner.connect();
  });
  afterAll(async () => {
    await runner.release();
    await database.close();
  });

  const failedBegin = (): Promise<never> => {
    const begun = Promise.reject(new Error('BEGIN failed'));
    begun.catch(() => undefined);
    return begun;
  };

  it('write nothing if BEGIN fails', async () => {
    const insert = `INSERT INTO genre (name, name_key) VALUES ('Western', 'western')`;
    const unit = withScopedRunner(runner, (manager) => manager.query(insert), { begun: failedBegin() });
    await expect(unit).rejects.toThrow('BEGIN failed');
    expect(await runner.query('SELECT 1 FROM genre')).toEqual([]);
  });

  it('are sent immediately if they are a SELECT', async () => {
    const begun = new Promise<never>(() => undefined);
    const rows = await withScopedRunner(runner, (manager) => manager.query<object[]>('SELECT 1 AS one'), { begun });
    expect(rows).toEqual([{ one: 1 }]);
  });

  it('fail with the first error and not with that of an aborted transaction (25P02)', async () => {
    await runner.query('BEGIN');
    const together = inOrder(runner.query('SELECT 1 / 0'), runner.query('SELECT 1'));
    await expect(together).rejects.toMatchObject({ driverError: { code: '22012' } });
    await runner.query('ROLLBACK');
  });
});
