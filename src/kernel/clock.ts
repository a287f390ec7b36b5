/** What time it is. Injected, so that nothing in the shop reads the machine's clock behind its back. */
export class Clock {
  now(): Date {
    return new Date();
  }
}

export function latest(...instants: readonly Date[]): Date {
  return new Date(Math.max(...instants.map((instant) => instant.getTime())));
}

/** How far a clock is set back at most when it is corrected: by the hour of summer time, or by a wrong time zone. */
const maxCorrectionMs = 24 * 60 * 60 * 1000;

/**
 * Returns the latest of some instants, as `now` for what must not happen before them where the clock was set back since.
 * An instant further ahead than a correction explains was recorded by a wrong clock: it is left out, so that nothing
 * else takes over its error.
 */
export function nowOrLatest(now: Date, ...recorded: readonly (Date | null | undefined)[]): Date {
  return latest(now, ...plausible(now, recorded));
}

/** Leaves out what is missing, and what a wrong clock recorded. */
export function plausible(now: Date, recorded: readonly (Date | null | undefined)[]): Date[] {
  const limit = now.getTime() + maxCorrectionMs;
  return recorded.filter((instant): instant is Date => Boolean(instant) && instant!.getTime() <= limit);
}
