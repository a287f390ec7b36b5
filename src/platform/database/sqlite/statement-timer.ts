import type { Statement } from 'sqlite3';

export type StatementCallback = (this: Statement, error: Error | null, rows?: unknown[]) => void;

/** Ticks of the timer in one timeout: a statement is interrupted at most one tick late. */
const ticksPerTimeout = 20;

/**
 * Interrupts a statement that runs longer than a timeout, on one connection.
 *
 * One coarse interval for each connection counts the ticks since the last statement began or ended; a timer for each
 * statement would cost more than most statements do. Ticks don't advance while the event loop is blocked, so that
 * time in which an answer waits to be taken is not held against the statement.
 *
 * An interrupt hits nothing but the statement it is meant for: SQLite clears the interrupt flag when a statement begins
 * on a connection where no other runs, and BEGIN and COMMIT never run beside a statement that is counted here.
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

  /** Counts a statement from now until its callback is called. */
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

  /** Interrupts what runs now, however long it has run. */
  interruptRunning(): void {
    if (this.running > 0) this.interrupt();
  }

  stop(): void {
    clearInterval(this.interval);
  }

  private tick(): void {
    // The first tick may come at any time after the statement began.
    if (this.running > 0 && ++this.ticks > ticksPerTimeout) this.interrupt();
  }
}
