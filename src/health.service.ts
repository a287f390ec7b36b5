import { Injectable } from '@nestjs/common';
import { UnitOfWork } from './database/unit-of-work.js';

@Injectable()
export class HealthService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Ends well where the database answers. */
  async check(): Promise<void> {
    await this.unitOfWork.read({}, () => Promise.resolve());
  }
}
