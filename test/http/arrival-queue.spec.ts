import { EventEmitter, once } from 'node:events';
import { Agent } from 'node:http';
import { setImmediate, setTimeout } from 'node:timers';
import { ArrivalQueue } from '../../src/platform/http/connections/arrival-queue.js';
import { openShop } from '../support/app.js';
import { blockWrites } from '../support/faults/fault-injection.js';
import { until } from '../support/until.js';

const turnOfEventLoop = () => new Promise((resolve) => setImmediate(resolve));

/** Blocks the event loop. */
function spend(milliseconds: number): void {
  for (const until = performance.now() + milliseconds; performance.now() < until;);
}

describe('arriving requests, while many writes wait for the database', () => {
  let writesWait: boolean;
  let arrivals: ArrivalQueue;
  let parsed: number[];
  beforeEach(() => {
    writesWait = true;
    arrivals = new ArrivalQueue(() => writesWait);
    parsed = [];
  });
  /** By default takes longer than the time slice of a turn. */
  const arrival = (index: number, milliseconds = 1) => ({
    readArrived(): void {
      parsed.push(index);
      spend(milliseconds);
    },
  });

  it('yield to other work after a time slice in each turn of the event loop if they read, and are parsed in order', async () => {
    const indexes = Array.from({ length: 20 }, (_, index) => index);
    for (const index of indexes) arrivals.add(arrival(index), true);
    writesWait = false;
    for (const index of indexes) {
      expect({ parsed: parsed.length, isActive: arrivals.isActive }).toEqual({ parsed: index, isActive: true });
      await turnOfEventLoop();
    }
    expect(parsed).toEqual(indexes);
    expect(arrivals.isActive).toBe(false);
  });

  it('wait apart: a read does not wait for all writes before it, nor a write for all reads', async () => {
    writesWait = false;
    for (const index of [1, 2, 3, 4]) arrivals.add(arrival(index), false);
    for (const index of [11, 12, 13]) arrivals.add(arrival(index), true);
    while (arrivals.isActive) await turnOfEventLoop();
    expect(parsed).toEqual([1, 11, 2, 12, 3, 13, 4]);
  });

  it('are handled as a batch in one turn of the event loop, after a pause of 30 ms, if they write', async () => {
    const begin = performance.now();
    for (const index of [1, 2, 3]) arrivals.add(arrival(index), false);
    while (parsed.length === 0) await turnOfEventLoop();
    // Timers count in whole milliseconds.
    expect(performance.now() - begin).toBeGreaterThan(28);
    expect(parsed).toEqual([1, 2, 3]);
  });

  it('leave units of work 30 ms after a batch, which takes 20 ms at most', async () => {
    const times: number[] = [];
    for (let index = 0; index < 50; index++) {
      arrivals.add({ readArrived: () => void (times.push(performance.now()), spend(1)) }, false);
    }
    while (times.length < 50) await turnOfEventLoop();
    const sizeOfFirst = times.findIndex((time, index) => index > 0 && time - times[index - 1]! > 15);
    expect(sizeOfFirst).toBeGreaterThan(0);
    expect(sizeOfFirst).toBeLessThanOrEqual(20);
    expect(times[sizeOfFirst]! - times[sizeOfFirst - 1]! - 1).toBeGreaterThan(28);
  });

  it.each([
    ['is stored', 'stored'],
    ['fails', 'error'],
  ])('don’t wait while a commit is under way that %s, if they write', async (_, outcome) => {
    const commit = new EventEmitter();
    arrivals.add(arrival(1), false);
    arrivals.onCommit(once(commit, 'stored'));
    await turnOfEventLoop();
    expect(parsed).toEqual([1]);
    arrivals.add(arrival(2), false);
    await turnOfEventLoop();
    expect(parsed).toEqual([1, 2]);
    commit.emit(outcome, new Error('disk full'));
    await turnOfEventLoop();
    const begin = performance.now();
    arrivals.add(arrival(3), false);
    while (parsed.length < 3) await turnOfEventLoop();
    expect(performance.now() - begin).toBeGreaterThan(28);
  });

  it('are handled once, if a commit begins in their pause', async () => {
    arrivals.add(arrival(1), false);
    arrivals.onCommit(Promise.resolve());
    arrivals.onCommit(Promise.resolve());
    await turnOfEventLoop();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(parsed).toEqual([1]);
    expect(arrivals.isActive).toBe(true);
    writesWait = false;
    expect(arrivals.isActive).toBe(false);
  });

  it('count as entering the queue of the database until the end of the batch that reads them', async () => {
    const entering: number[] = [];
    const count = () => void entering.push(arrivals.enteringWrites);
    for (let index = 0; index < 3; index++) arrivals.add({ readArrived: count }, false);
    arrivals.add({ readArrived: count }, true);
    while (entering.length < 4) await turnOfEventLoop();
    count();
    expect(entering).toEqual([0, 0, 1, 2, 0]);
    writesWait = false;
    for (let index = 0; index < 3; index++) arrivals.add({ readArrived: count }, false);
    while (arrivals.isActive) await turnOfEventLoop();
    expect(entering.slice(5)).toEqual([0, 0, 0]);
  });
});

describe('arriving requests, while connections are accepted', () => {
  let parsed: number;
  let arrivals: ArrivalQueue;
  beforeEach(() => {
    parsed = 0;
    arrivals = new ArrivalQueue(() => false);
  });
  const arrive = () => arrivals.add({ readArrived: () => void parsed++ }, true);

  it('wait for the first turn of the event loop in which none is accepted', async () => {
    expect(arrivals.isActive).toBe(false);
    for (let turn = 0; turn < 100; turn++) {
      arrivals.onConnection();
      if (turn === 0) expect(arrivals.isActive).toBe(true);
      arrive();
      await turnOfEventLoop();
      expect({ parsed, isActive: arrivals.isActive }).toEqual({ parsed: 0, isActive: true });
    }
    await turnOfEventLoop();
    await turnOfEventLoop();
    expect({ parsed, isActive: arrivals.isActive }).toEqual({ parsed: 100, isActive: false });
  });

  it('wait for 10,000 turns at most in 20 seconds', async () => {
    const turns = 25_000;
    const begin = performance.now();
    for (let turn = 0; turn < turns; turn++) {
      arrivals.onConnection();
      arrive();
      await turnOfEventLoop();
    }
    const refilled = ((performance.now() - begin) / 20_000) * 10_000;
    expect(parsed).toBeGreaterThan(turns - 10_000 - refilled - 10);
    parsed = 0;
    arrivals.onConnection();
    arrive();
    await turnOfEventLoop();
    expect(parsed).toBeGreaterThan(0);
  });
});

/** More than one group commit takes, beside those that are started. */
const manyWrites = 160;

describe('the service', () => {
  it('queues arriving requests while more writes wait than one group commit takes, and no longer', async () => {
    const shop = await openShop({ environment: { STATEMENT_TIMEOUT_MS: 60_000, WAIT_TIMEOUT_MS: 60_000 } });
    const queued = jest.spyOn(ArrivalQueue.prototype, 'add');
    const agent = new Agent({ keepAlive: true });
    const countQueued = async (): Promise<number> => {
      queued.mockClear();
      await shop.api.get('/version').agent(agent).expect(200);
      return queued.mock.calls.length;
    };
    try {
      // Requests on new connections are queued too.
      await countQueued();
      expect(await countQueued()).toBe(0);
      const release = await blockWrites(shop.databaseUrl);
      const writes = Array.from({ length: manyWrites }, (_, index) =>
        shop.api
          .post('/genres')
          .send({ name: `Genre ${index}` })
          .then(({ status }) => status),
      );
      await until('many writes wait', async () => (await countQueued()) > 0);
      await release();
      expect(new Set(await Promise.all(writes))).toEqual(new Set([201]));
      expect(await countQueued()).toBe(0);
    } finally {
      queued.mockRestore();
      agent.destroy();
      await shop.close();
    }
  });

  it('uses the time of commits', async () => {
    const commits = jest.spyOn(ArrivalQueue.prototype, 'onCommit');
    const shop = await openShop();
    try {
      commits.mockClear();
      await shop.api.post('/genres').send({ name: 'Horror' }).expect(201);
      expect(commits).toHaveBeenCalledTimes(1);
      await commits.mock.calls[0]![0];
    } finally {
      commits.mockRestore();
      await shop.close();
    }
  });
});
