import { RawGenres } from '../../support/database/raw-tables.js';
import { type Database, openDatabaseAt } from '../../support/database/database.js';
import { freshDatabase } from '../../support/engine.js';

const repositories = { genres: RawGenres };

describe('two instances that receive requests with the same Idempotency-Key', () => {
  let databases: Database[];
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const fresh = await freshDatabase();
    ({ drop } = fresh);
    databases = [await openDatabaseAt(fresh.url), await openDatabaseAt(fresh.url)];
  });
  afterAll(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await drop();
  });

  it('carry it out once: the other returns idempotency-key-in-use, and then the stored response', async () => {
    const { promise: released, resolve: release } = deferred();
    const { promise: begun, resolve: begin } = deferred();
    const ask = ({ unitOfWork }: Database, name: string, meanwhile?: () => Promise<void>) =>
      unitOfWork
        .for({
          idempotency: {
            key: 'one',
            request: 'POST /genres',
            responseOf: () => ({ name }),
            resourceOf: () => '/genres/1',
          },
        })
        .run(repositories, async ({ genres }) => {
          await genres.create({ name, description: null });
          await meanwhile?.();
        });
    const first = ask(databases[0]!, 'First', () => {
      begin();
      return released;
    });
    await begun;
    await expect(ask(databases[1]!, 'Second')).rejects.toThrow('is in progress');
    release();
    await first;
    await expect(ask(databases[1]!, 'Third')).rejects.toMatchObject({ storedResponse: { name: 'First' } });
    const { unitOfWork } = databases[1]!;
    expect(await unitOfWork.read(repositories, ({ genres }) => genres.count())).toBe(1);
  });
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((resolved) => (resolve = resolved));
  return { promise, resolve };
}
