/** The size of libuv's thread pool where UV_THREADPOOL_SIZE doesn't set it, and the largest that libuv makes. */
const defaultThreads = 4;
const maxThreads = 1024;

/** Threads that no reader may occupy: one for the writer, one for all else (files, DNS, compression, readiness). */
const reservedThreads = 2;

/** Read connections beyond these gain nothing: the event loop is the bottleneck long before. */
const maxReaders = 4;

/** Fewer threads than these leave none for the rest while a reader and the writer run. */
export const minThreads = reservedThreads + 1;

/**
 * Returns the number of threads in libuv's pool, which the environment sets when the process starts. It can't be
 * changed later: Node.js loads this program through the pool, so that the pool exists before the first line runs.
 */
export function threadCount(variables: NodeJS.ProcessEnv = process.env): number {
  const text = variables['UV_THREADPOOL_SIZE'];
  if (text === undefined) return defaultThreads;
  // As libuv reads it, by atoi(): what isn't a number is 0, and 0 is 1.
  const threads = Number.parseInt(text, 10) || 1;
  return threads < 0 ? maxThreads : Math.min(threads, maxThreads);
}

/**
 * Returns the number of read connections. Each SQLite statement occupies a thread of the pool until it ends, so there
 * are fewer readers than threads: slow reads on all of them must not stop the writer.
 */
export function readerCount(threads: number): number {
  return Math.max(1, Math.min(threads - reservedThreads, maxReaders));
}
