import { StaleLock } from '../../src/kernel/domain-error.js';
import type { Change } from '../../src/platform/events/change.js';
import { EventRepository } from '../../src/platform/events/event.repository.js';
import { openDatabase } from '../support/database/database.js';
import { isSqlite } from '../support/engine.js';
import { recordedEvents } from '../support/database/events.js';

const repositories = { events: EventRepository };

const change = (resourceId: number, type = 'genre.created'): Change => ({
  type,
  resource: 'genres',
  resourceId,
  creationDatetime: new Date(),
  changes: { name: `Genre ${resourceId}` },
});

describe('deferred inserts of events', () => {
  let database: Awaited<ReturnType<typeof openDatabase>>;
  beforeEach(async () => {
    database = await openDatabase();
  });
  afterEach(() => database.close());

  const recorded = async (): Promise<number[]> =>
    (await recordedEvents(database.url)).map(({ resource_id }) => resource_id);

  /** A unit of work that records `ids`, and throws if it `fails`. */
  const record = (ids: readonly number[], fails = false): Promise<void> =>
    database.unitOfWork.run(repositories, async ({ events }) => {
      events.record({}, ...ids.map((id) => change(id)));
      await events.latestOf('movies', [0]);
      if (fails) throw new Error('rolled back');
    });

  const recordLast = (id: number, fails = false): Promise<void> =>
    database.unitOfWork.run(repositories, ({ events }) => {
      events.record({}, change(id));
      return fails ? Promise.reject(new Error('rolled back')) : Promise.resolve();
    });

  it('are stored for each of 200 concurrent units that is committed, and for none that is rolled back', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => index + 1);
    const outcomes = await Promise.allSettled(ids.map((id) => recordLast(id, id % 3 === 0)));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(66);
    expect((await recorded()).sort((one, other) => one - other)).toEqual(ids.filter((id) => id % 3 !== 0));
  });

  it('are visible to later units, once each, while units in between are rolled back', async () => {
    const reads = Array.from({ length: 30 }, async (_, index) => {
      const recording = recordLast(index % 3, index % 5 === 0).catch(() => undefined);
      const latest = await database.unitOfWork
        .run(repositories, async ({ events }) => {
          events.record({}, change(7));
          const found = (await events.latestOf('genres', [7])).get(7);
          if (index % 4 === 0) throw new Error('rolled back');
          return found?.resourceId;
        })
        .catch(() => 7);
      expect(latest).toBe(7);
      await recording;
    });
    await Promise.all(reads);
    const ids = await recorded();
    expect([0, 1, 2].map((id) => ids.filter((each) => each === id).length)).toEqual([8, 8, 8]);
    expect(ids.filter((id) => id === 7)).toHaveLength(22);
  });

  it('are stored once, although the unit is repeated', async () => {
    const failures: Error[] = [new StaleLock(), ...(isSqlite() ? [] : [Object.assign(new Error(), { code: '40001' })])];
    await database.unitOfWork.run(repositories, ({ events }) => {
      events.record({}, change(1), change(2));
      const failure = failures.pop();
      return failure ? Promise.reject(failure) : Promise.resolve();
    });
    expect(failures).toEqual([]);
    expect(await recorded()).toEqual([1, 2]);
  });

  it('roll back the unit if they cannot be stored', async () => {
    const storing = database.unitOfWork.run(repositories, ({ events }) => {
      events.record({}, change(1), { ...change(2), type: undefined as unknown as string });
      return Promise.resolve();
    });
    await expect(storing).rejects.toThrow('no value for the column type');
    expect(await recorded()).toEqual([]);
    await record([3]);
    await expect(record([4], true)).rejects.toThrow('rolled back');
    expect(await recorded()).toEqual([3]);
  });
});
