import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { UnitOfWork } from '../unit-of-work.js';

/** Pause between two batches of a purge, in which other units of work run. */
const batchPauseMs = 20;

/** Deletes expired idempotency keys every minute. */
@Injectable()
export class IdempotencyPurge implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Interval of purges, with a jitter of ±50 % so that instances that start together don't purge together. */
  protected readonly intervalMs: number = 60_000;
  private readonly logger = new Logger('IdempotencyPurge');
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private isFailing = false;

  constructor(private readonly unitOfWork: UnitOfWork) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    try {
      for (;;) {
        await pause(this.intervalMs * (0.5 + Math.random()), undefined, { ref: false, signal });
        while (await this.purgeBatch()) await pause(batchPauseMs, undefined, { ref: false, signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Logs the first failure only, until a purge succeeds again. */
  private async purgeBatch(): Promise<boolean> {
    try {
      const hasMore = await this.unitOfWork.purgeIdempotencyKeys();
      this.isFailing = false;
      return hasMore;
    } catch (error) {
      if (!this.isFailing) this.logger.warn({ msg: 'Expired idempotency keys were not deleted', err: error });
      this.isFailing = true;
      return false;
    }
  }
}
