import { setImmediate } from 'node:timers';
import { ArrivalQueue } from '../../src/platform/http/connections/arrival-queue.js';

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
    for (const index of indexes) arrivals.add(arrival(index));
    writesWait = false;
    for (const index of indexes) {
      expect({ parsed: parsed.length, isActive: arrivals.isActive }).toEqual({ parsed: index, isActive: true });
      await turnOfEventLoop();
    }
    expect(parsed).toEqual(indexes);
    expect(arrivals.isActive).toBe(false);
  });
});
