import { setTimeout as pause } from 'node:timers/promises';

/**
 * Polls a condition until it is met.
 * @param limitMs long enough for a busy machine
 * @throws Error if that takes longer
 */
export async function until(
  what: string,
  isMet: () => Promise<boolean> | boolean,
  intervalMs = 20,
  limitMs = 60_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await isMet())) {
    if (performance.now() > end) throw new Error(`Not met within ${limitMs} ms: ${what}.`);
    await pause(intervalMs);
  }
}
