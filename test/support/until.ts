import { setTimeout as pause } from 'node:timers/promises';

/** Maximum milliseconds for a condition on a busy machine. */
const limitMs = 60_000;

/**
 * Polls a condition until it is met.
 * @throws Error if that takes longer than a minute
 */
export async function until(what: string, isMet: () => Promise<boolean> | boolean, intervalMs = 20): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await isMet())) {
    if (performance.now() > end) throw new Error(`Not met within ${limitMs} ms: ${what}.`);
    await pause(intervalMs);
  }
}
