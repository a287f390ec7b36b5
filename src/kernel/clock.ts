/** What time it is. Injected, so that nothing in the shop reads the machine's clock behind its back. */
export class Clock {
  now(): Date {
    return new Date();
  }
}

export function latest(...instants: readonly Date[]): Date {
  return new Date(Math.max(...instants.map((instant) => instant.getTime())));
}
