import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { ServiceUnavailable } from '../../kernel/domain-error.js';

/** How long the result of a check is cached. */
const cacheLifetimeMs = 1_000;

@Injectable()
export class HealthService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Health');
  private isEnding = false;
  private check?: Promise<void>;
  private staleAt = 0;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly environment: Environment,
  ) {}

  /**
   * Checks whether this instance can serve requests. Probes within a second share one check.
   * @throws ServiceUnavailable
   */
  async assertReady(): Promise<void> {
    if (this.isEnding) throw new ServiceUnavailable(undefined, 'The service is shutting down. Use another instance.');
    if (performance.now() >= this.staleAt) {
      this.staleAt = Infinity;
      this.check = this.checkDatabase().finally(() => (this.staleAt = performance.now() + cacheLifetimeMs));
    }
    await this.check;
  }

  private async checkDatabase(): Promise<void> {
    const refuse = (error: unknown): never => {
      throw error instanceof ServiceUnavailable ? error : new ServiceUnavailable(error);
    };
    await this.unitOfWork.assertWritable().catch(refuse);
    const pending = await this.unitOfWork.pendingMigrations().catch(refuse);
    if (pending.length === 0) return;
    throw new ServiceUnavailable(
      undefined,
      `The database's schema is older than this release, which needs ${pending.join(', ')}. ` +
        'Starting the service migrates it.',
    );
  }

  /** Fails readiness first, and waits for load balancers to notice. */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    this.isEnding = true;
    if (!signal) return;
    const grace = this.environment.SHUTDOWN_GRACE_MS;
    this.logger.log(`Received ${signal}: failing readiness, closing the listener in ${grace} ms.`);
    await pause(grace);
  }
}
