import { UnitOfWork } from '../../src/platform/database/unit-of-work.js';
import { openShop, type RunningShop } from '../support/app.js';
import { refused } from '../support/http/problem.js';
import { clerk } from '../support/shop.js';
import { until } from '../support/until.js';

const maxWaiting = 3;

describe('backpressure: while slow reads occupy their maximum of connections', () => {
  let shop: RunningShop;
  let movieId: number;
  let release: () => Promise<unknown>;

  /** Starts the maximum number of concurrent slow reads. They run until they are released. */
  async function open(environment: {
    readonly MAX_WAITING?: number;
    readonly WAIT_TIMEOUT_MS?: number;
  }): Promise<void> {
    shop = await openShop({ environment });
    ({ id: movieId } = await clerk(shop.api).movie(1, { title: 'Heat' }));
    const unitOfWork = shop.app.get(UnitOfWork);
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const held: Promise<void>[] = [];
    while (held.length < slowReads(unitOfWork)) {
      await new Promise<void>((begun) => held.push(unitOfWork.read({}, () => (begun(), ended))));
    }
    release = () => (end(), Promise.all(held));
  }
  afterEach(async () => {
    await release();
    await shop.close();
  });

  const slowReads = ({ stats }: UnitOfWork): number => Math.floor(Object.values(stats.connections).at(-1)!.size / 2);
  const waiting = (): number => shop.app.get(UnitOfWork).stats.waiting;
  const notStarted = () => shop.app.get(UnitOfWork).notStarted.readers;
  const search = (signal?: AbortSignal) => fetch(`${shop.url}/movies?title=ea`, { signal });

  it('returns 503 with Retry-After to searches beyond MAX_WAITING, and answers lookups, pages and writes', async () => {
    await open({ MAX_WAITING: maxWaiting });
    const accepted = Array.from({ length: maxWaiting }, () => search());
    await until('all of them wait', () => waiting() === maxWaiting);

    const refusal = shop.api.get('/movies?title=ea');
    await refused(refusal, 503, 'service-unavailable');
    expect((await refusal).headers['retry-after']).toBe('1');
    expect(notStarted()).toEqual({ full: 1, expired: 0, abandoned: 0 });
    await shop.api.get(`/movies/${movieId}`).expect(200);
    await shop.api.get('/movies').expect(200);
    await shop.api.patch(`/movies/${movieId}`).set('Content-Type', 'application/json').send({ year: 1995 }).expect(200);
    await shop.api.get('/nowhere').expect(404);

    await release();
    expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await shop.api.get('/movies?title=ea').expect(200);
  });

  it('returns 503 with Retry-After after WAIT_TIMEOUT_MS', async () => {
    await open({ WAIT_TIMEOUT_MS: 100 });
    const late = shop.api.get('/movies?title=ea');
    await refused(late, 503, 'service-unavailable');
    expect((await late).headers['retry-after']).toBe('1');
    expect(notStarted()).toEqual({ full: 0, expired: 1, abandoned: 0 });
  });

  it('removes the searches of disconnected clients, which frees their places', async () => {
    await open({ MAX_WAITING: maxWaiting });
    const leaving = new AbortController();
    const abandoned = Promise.allSettled(Array.from({ length: maxWaiting }, () => search(leaving.signal)));
    await until('all of them wait', () => waiting() === maxWaiting);
    leaving.abort();
    await abandoned;
    await until('all of them are taken out', () => waiting() === 0);
    expect(notStarted()).toEqual({ full: 0, expired: 0, abandoned: maxWaiting });

    const next = search();
    await until('the next one waits', () => waiting() === 1);
    await release();
    expect((await next).status).toBe(200);
  });
});
