import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks at the reads that still run. */
const pollMs = 5;

/** Counts the reads that run on any reader, and holds new ones back while it is closed. */
export class ReadGate {
  private running = 0;
  private opened?: Promise<void>;

  /** Counts a read until `leave`; while the gate is closed, waits first. */
  async enter(): Promise<void> {
    while (this.opened) await this.opened;
    this.running++;
  }

  leave(): void {
    this.running--;
  }

  /**
   * Runs `job` while no read runs. Reads that still run after `patienceMs` are interrupted; `job` is run as well where
   * that doesn't end them within as long again.
   */
  async whileClosed<Result>(job: () => Promise<Result>, patienceMs: number, interrupt: () => void): Promise<Result> {
    let open = (): void => undefined;
    this.opened = new Promise((resolve) => (open = resolve));
    try {
      await this.drained(patienceMs, () => undefined);
      await this.drained(patienceMs, interrupt);
      return await job();
    } finally {
      this.opened = undefined;
      open();
    }
  }

  private async drained(patienceMs: number, meanwhile: () => void): Promise<void> {
    const end = performance.now() + patienceMs;
    while (this.running > 0 && performance.now() < end) {
      meanwhile();
      await pause(pollMs);
    }
  }
}
