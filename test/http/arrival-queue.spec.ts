import { Agent } from 'node:http';
import { setImmediate } from 'node:timers';
import { ArrivalQueue } from '../../src/platform/http/connections/arrival-queue.js';
import { openShop } from '../support/app.js';
import { blockWrites } from '../support/faults/fault-injection.js';
import { until } from '../support/until.js';

/** Milliseconds that a request takes to be parsed and refused: longer than the time slice of a turn. */
const requestMs = 1;

describe('arriving requests, while many writes wait for the database', () => {
  let writesWait = true;
  const parsed: number[] = [];
  const arrivals = new ArrivalQueue(() => writesWait);
  const arrival = (index: number) => ({
    readArrived(): void {
      parsed.push(index);
      for (const until = performance.now() + requestMs; performance.now() < until;);
    },
  });
  const turnOfEventLoop = () => new Promise((resolve) => setImmediate(resolve));

  it('yield to other work after a time slice in each turn of the event loop, and are parsed in order', async () => {
    const indexes = Array.from({ length: 20 }, (_, index) => index);
    for (const index of indexes) arrivals.add(arrival(index), false);
    writesWait = false;
    for (const index of indexes) {
      expect({ parsed: parsed.length, isActive: arrivals.isActive }).toEqual({ parsed: index, isActive: true });
      await turnOfEventLoop();
    }
    expect(parsed).toEqual(indexes);
    expect(arrivals.isActive).toBe(false);
  });

  it('are parsed in turns, reads and writes: a read does not wait for all writes before it, nor a write for all reads', async () => {
    parsed.length = 0;
    for (const index of [1, 2, 3, 4]) arrivals.add(arrival(index), false);
    for (const index of [11, 12, 13]) arrivals.add(arrival(index), true);
    expect(arrivals.waitingWrites).toBe(4);
    while (arrivals.isActive) await turnOfEventLoop();
    const odd = parsed[0] === 11 ? [11, 1, 12, 2, 13, 3, 4] : [1, 11, 2, 12, 3, 13, 4];
    expect(parsed).toEqual(odd);
  });
});

describe('arriving requests, while connections are accepted', () => {
  const turnOfEventLoop = () => new Promise((resolve) => setImmediate(resolve));
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
});
