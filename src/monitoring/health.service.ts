import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { ServiceUnavailable } from '../kernel/domain-error.js';

@Injectable()
export class HealthService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Health');
  private isEnding = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly environment: Environment,
  ) {}

  /**
   * Ends well where requests should be sent here.
   * @throws ServiceUnavailable
   */
  async assertReady(): Promise<void> {
    if (this.isEnding) throw new ServiceUnavailable(undefined, 'The service is about to end. Ask another instance.');
    const pending = await this.unitOfWork.pendingMigrations().catch((error: unknown) => {
      throw error instanceof ServiceUnavailable ? error : new ServiceUnavailable(error);
    });
    if (pending.length === 0) return;
    throw new ServiceUnavailable(
      undefined,
      `The database's schema is older than this release, which needs ${pending.join(', ')}. ` +
        'A start of the service migrates it.',
    );
  }

  /** Readiness fails first; whoever sends requests here has the time of grace to learn of it. */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    this.isEnding = true;
    if (!signal) return;
    const grace = this.environment.SHUTDOWN_GRACE_MS;
    this.logger.log(`Told to end by ${signal}: not ready any more; takes no new requests in ${grace} ms.`);
    await pause(grace);
  }
}
