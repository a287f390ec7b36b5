/** The default and the maximum size of libuv's thread pool. */
const defaultThreads = 4;
const maxThreads = 1024;

/** Threads that readers must not occupy: one for the writer, one for the rest (files, DNS, compression, readiness). */
const reservedThreads = 2;

/** More read connections gain nothing: the event loop becomes the bottleneck first. */
const maxReaders = 4;

/** With fewer threads, a reader and the writer can occupy the whole pool. */
export const minThreads = reservedThreads + 1;

/**
 * Returns the size of libuv's thread pool. It cannot be changed at run time: Node.js uses the pool to load the program,
 * so it exists before the first line runs.
 */
export function threadCount(variables: NodeJS.ProcessEnv = process.env): number {
  const text = variables['UV_THREADPOOL_SIZE'];
  if (text === undefined) return defaultThreads;
  // As libuv parses it, by atoi(): text that is not a number becomes 0, and 0 becomes 1.
  const threads = Number.parseInt(text, 10) || 1;
  return threads < 0 ? maxThreads : Math.min(threads, maxThreads);
}

/**
 * Returns the number of read connections. Each SQLite statement occupies a thread of the pool, so there are fewer
 * readers than threads: slow reads must not block the writer.
 */
export function readerCount(threads: number): number {
  return Math.max(1, Math.min(threads - reservedThreads, maxReaders));
}
