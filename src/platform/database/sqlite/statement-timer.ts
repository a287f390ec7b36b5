import type { Statement } from 'sqlite3';

export type StatementCallback = (this: Statement, error: Error | null, rows?: unknown[]) => void;

/** Ticks per timeout: a statement is interrupted at most one tick late. */
const ticksPerTimeout = 20;

/**
 * The statement timeout of one connection.
 *
 * One coarse interval per connection counts ticks since the last statement began or ended; a timer per statement would
 * cost more than most statements. Ticks don't advance while the event loop is blocked, so time in which a result waits
 * to be processed does not count.
 *
 * An interrupt affects only the running statement: SQLite clears the interrupt flag when a statement begins on an idle
 * connection, and BEGIN and COMMIT never run concurrently with a timed statement.
 */
export class StatementTimer {
  private readonly interval?: NodeJS.Timeout;
  private running = 0;
  private ticks = 0;

  constructor(
    timeoutMs: number | undefined,
    private readonly interrupt: () => void,
  ) {
    if (timeoutMs) this.interval = setInterval(() => this.tick(), timeoutMs / ticksPerTimeout).unref();
  }

  /** Times a statement until its callback is called. */
  during(callback: StatementCallback): StatementCallback {
    if (this.running++ === 0) this.ticks = 0;
    const end = (): void => {
      this.running--;
      this.ticks = 0;
    };
    return function (...result) {
      end();
      callback.apply(this, result);
    };
  }

  /** Interrupts the running statement, if there is one. */
  interruptRunning(): void {
    if (this.running > 0) this.interrupt();
  }

  stop(): void {
    clearInterval(this.interval);
  }

  private tick(): void {
    // The first tick may follow the start of the statement immediately.
    if (this.running > 0 && ++this.ticks > ticksPerTimeout) this.interrupt();
  }
}
