import { setTimeout as pause } from 'node:timers/promises';

/** Polling interval for running reads. */
const pollMs = 5;

/** Counts the running reads of all readers, and blocks new reads while closed. */
export class ReadGate {
  private running = 0;
  private opened?: Promise<void>;

  /** Waits until the gate is open, then counts a read until `leave`. */
  async enter(): Promise<void> {
    while (this.opened) await this.opened;
    this.running++;
  }

  leave(): void {
    this.running--;
  }

  /**
   * Runs `job` while no read runs. Reads still running after `drainTimeoutMs` are interrupted; if they have not ended
   * after the same time again, `job` runs nevertheless.
   */
  async whileClosed<Result>(
    job: () => Promise<Result>,
    drainTimeoutMs: number,
    interrupt: () => void,
  ): Promise<Result> {
    let open = (): void => undefined;
    this.opened = new Promise((resolve) => (open = resolve));
    try {
      await this.drained(drainTimeoutMs, () => undefined);
      await this.drained(drainTimeoutMs, interrupt);
      return await job();
    } finally {
      this.opened = undefined;
      open();
    }
  }

  private async drained(drainTimeoutMs: number, meanwhile: () => void): Promise<void> {
    const end = performance.now() + drainTimeoutMs;
    while (this.running > 0 && performance.now() < end) {
      meanwhile();
      await pause(pollMs);
    }
  }
}
