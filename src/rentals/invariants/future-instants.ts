import type { EntityManager, EntityTarget } from 'typeorm';
import type { UnitOfWork } from '../../platform/database/unit-of-work.js';
import { Clock } from '../../kernel/clock.js';
import { MovieRentDetail } from '../movie-rent-detail.entity.js';
import { MovieRent } from '../movie-rent.entity.js';
import type { Row } from '../../platform/verification/invariant.js';

/** The clocks of two machines may differ by so much, in milliseconds. */
const toleranceMs = 60_000;

interface InstantOf {
  readonly of: EntityTarget<Row>;
  readonly property: string;
  readonly column: string;
}

/** The instants that the service takes from its clock. None of them is ever in the future, unless a clock was wrong. */
export const futureInstants: readonly InstantOf[] = [
  { of: MovieRent, property: 'creationDatetime', column: 'creation_datetime' },
  { of: MovieRentDetail, property: 'lentDatetime', column: 'lent_datetime' },
  { of: MovieRentDetail, property: 'returnedDatetime', column: 'returned_datetime' },
];

/** The latest instant that a right clock can have recorded by now, as it is stored. */
export const latestPlausibleInstant = (): string => new Date(new Clock().now().getTime() + toleranceMs).toISOString();

/** Finds rows with instants in the future, as a participant of a unit of work that reads. */
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

/** Warns, once the service has started, of what a wrong clock has recorded. Not knowing keeps nothing from being served. */
export async function warnOfFutureInstants(
  unitOfWork: UnitOfWork,
  logger: { warn(message: string): void },
): Promise<void> {
  try {
    const count = await unitOfWork.read({ instants: FutureInstants }, ({ instants }) => instants.count());
    if (count === 0) return;
    logger.warn(
      `Instants in the future: ${count}, recorded by a clock that was wrong. npm run verify names the rows, and ` +
        'npm run repair:instants corrects them.',
    );
  } catch (error) {
    logger.warn(`Can't tell whether there are instants in the future: ${(error as Error).message}`);
  }
}
