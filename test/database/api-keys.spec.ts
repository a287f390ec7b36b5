import { Clock } from '../../src/kernel/clock.js';
import { ApiKeys } from '../../src/platform/auth/api-keys/api-keys.js';
import { KeyManagement } from '../../src/platform/auth/api-keys/key-management.js';
import { type Database, openDatabase } from '../support/database/database.js';

const order = { scopes: ['catalog:read'], clientId: null, lifetimeMs: null } as const;

describe('API keys', () => {
  const clock = new Clock();
  let database: Database;
  let management: KeyManagement;
  beforeAll(async () => {
    database = await openDatabase();
    management = new KeyManagement(database.unitOfWork, clock, {});
  });
  afterAll(() => database.close());

  it('are checked while slow reads and writes occupy the connections and queues', async () => {
    const token = await management.create({ ...order, name: 'desk' });
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const held = (['read', 'run'] as const).flatMap((kind) =>
      Array.from({ length: 20 }, () => database.unitOfWork[kind]({}, () => released)),
    );
    const keys = new ApiKeys(database.unitOfWork, clock);
    expect(await keys.verify(token)).toMatchObject({ name: 'key:desk' });
    expect(await keys.verify(token.replace(/.{4}$/, 'AAAA'))).toBeUndefined();
    expect(database.unitOfWork.stats.waiting).toBeGreaterThan(0);
    release();
    await Promise.all(held);
  });

  it('are read once for many wrong keys', async () => {
    let reads = 0;
    const keys = new ApiKeys(
      {
        lookUp: (sql) => {
          reads++;
          return database.unitOfWork.lookUp(sql);
        },
      },
      clock,
    );
    const wrong = Array.from({ length: 100 }, async (_, id) => keys.verify(`mr_${id + 1}_${'A'.repeat(43)}`));
    expect(new Set(await Promise.all(wrong))).toEqual(new Set([undefined]));
    expect(reads).toBeLessThanOrEqual(2);
  });

  it('are read again before use once the copy is four seconds old: one that was revoked since is refused', async () => {
    const token = await management.create({ ...order, name: 'idle' });
    const keys = new ApiKeys(database.unitOfWork, clock);
    expect(await keys.verify(token)).toMatchObject({ name: 'key:idle' });
    await management.revoke('idle');
    const now = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 4_001);
    expect(await keys.verify(token)).toBeUndefined();
    now.mockRestore();
  });

  it('are checked without waiting for the database when warm', async () => {
    const token = await management.create({ ...order, name: 'warm' });
    const keys = new ApiKeys(database.unitOfWork, clock);
    await keys.verify(token);
    expect(keys.verify(token)).toMatchObject({ name: 'key:warm' });
  });
});
