import type { EntityManager, EntityTarget } from 'typeorm';
import type { UnitOfWork } from '../../platform/database/unit-of-work.js';
import { Clock } from '../../kernel/clock.js';
import { MovieRent, MovieRentDetail } from '../movie-rent.entity.js';
import type { Row } from '../../platform/verification/invariant.js';

/** Tolerated clock difference between machines. */
const toleranceMs = 60_000;

interface InstantOf {
  readonly of: EntityTarget<Row>;
  readonly property: string;
  readonly column: string;
}

/** Columns with instants from the service's clock, which are never in the future unless a clock was wrong. */
export const futureInstants: readonly InstantOf[] = [
  { of: MovieRent, property: 'creationDatetime', column: 'creation_datetime' },
  { of: MovieRentDetail, property: 'lentDatetime', column: 'lent_datetime' },
  { of: MovieRentDetail, property: 'returnedDatetime', column: 'returned_datetime' },
  { of: MovieRentDetail, property: 'lostDatetime', column: 'lost_datetime' },
  { of: MovieRent, property: 'voidedDatetime', column: 'voided_datetime' },
];

/** Returns the latest instant that a correct clock can have recorded, in stored form. */
export const latestPlausibleInstant = (): string => new Date(new Clock().now().getTime() + toleranceMs).toISOString();

/** Counts rows with instants in the future, within a unit of work. */
class FutureInstants {
  constructor(private readonly manager: EntityManager) {}

  async count(): Promise<number> {
    const limit = latestPlausibleInstant();
    let count = 0;
    for (const { of, property } of futureInstants) {
      count += await this.manager.createQueryBuilder(of, 'row').where(`row.${property} > :limit`, { limit }).getCount();
    }
    return count;
  }
}

/** Warns of instants in the future after startup. A failed check does not stop the service. */
export async function warnOfFutureInstants(
  unitOfWork: UnitOfWork,
  logger: { warn(message: string): void },
): Promise<void> {
  try {
    const count = await unitOfWork.read({ instants: FutureInstants }, ({ instants }) => instants.count());
    if (count === 0) return;
    logger.warn(
      `Instants in the future: ${count}, recorded by a wrong clock. npm run verify lists the rows, and ` +
        'npm run repair:instants corrects them.',
    );
  } catch (error) {
    logger.warn(`Could not check for instants in the future: ${(error as Error).message}`);
  }
}
