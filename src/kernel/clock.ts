/** The current time. Injected, so that tests can control it. */
export class Clock {
  now(): Date {
    return new Date();
  }
}

export function latest(...instants: readonly Date[]): Date {
  return new Date(Math.max(...instants.map((instant) => instant.getTime())));
}

/** The largest plausible clock correction, such as a wrong time zone or daylight saving time. */
const maxCorrectionMs = 24 * 60 * 60 * 1000;

/**
 * Returns the latest of `now` and the recorded instants, to keep events in order after the clock was set back. Instants
 * further ahead than the largest plausible correction are ignored: a wrong clock recorded them.
 */
export function nowOrLatest(now: Date, ...recorded: readonly (Date | null | undefined)[]): Date {
  return latest(now, ...plausible(now, recorded));
}

/** Returns the instants without missing ones and those that a wrong clock recorded. */
export function plausible(now: Date, recorded: readonly (Date | null | undefined)[]): Date[] {
  const limit = now.getTime() + maxCorrectionMs;
  return recorded.filter((instant): instant is Date => Boolean(instant) && instant!.getTime() <= limit);
}
