import { readerCount, threadCount } from '../../../src/platform/database/sqlite/thread-pool.js';
import { startService } from '../../../scripts/servers/program.js';
import { freshDatabase } from '../../support/engine.js';

describe('the thread pool of SQLite statements', () => {
  it.each([
    ['4 threads by default', undefined, 4],
    ['the number of threads in UV_THREADPOOL_SIZE', '12', 12],
    ['1024 threads at most', '5000', 1024],
    ['1 thread if it is not a number', 'many', 1],
    ['1 thread if it is 0', '0', 1],
    ['1024 threads if it is negative', '-1', 1024],
  ])('has %s, like the pool of libuv', (_, text, threads) => {
    expect(threadCount(text === undefined ? {} : { UV_THREADPOOL_SIZE: text })).toBe(threads);
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 2],
    [5, 3],
    [6, 4],
    [64, 4],
  ])('of %i threads leaves two of them free if possible: %i readers', (threads, readers) => {
    expect(readerCount(threads)).toBe(readers);
  });

  it('has one reader with UV_THREADPOOL_SIZE=2, and warns of it', async () => {
    const file = await freshDatabase();
    const { service, url } = await startService({ DATABASE_URL: file.url, UV_THREADPOOL_SIZE: '2' });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    await service.kill('SIGTERM');
    await file.drop();
    expect(metrics).toContain('movie_rental_database_connections_max{pool="readers"} 1\n');
    expect(service.stdout).toContain('one slow read can stop all writes');
  });
});
