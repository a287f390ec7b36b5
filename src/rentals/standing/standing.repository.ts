import type { EntityManager } from 'typeorm';
import { CompiledSelect } from '../../platform/database/queries/compiled-select.js';
import { isOpenByRent } from '../../loans/loan.view.js';
import { MovieRentDetail } from '../movie-rent.entity.js';

interface OfClient {
  readonly clientId: number;
}

/** Maximum number of lines in a standing. */
export const maxOpenLines = 200;

/** By the client's rentals and the index of open lines; an order by the bare column might use an index of all lines. */
const openLines = new CompiledSelect<MovieRentDetail, OfClient>(
  { clientId: 'integer' },
  (manager) =>
    manager
      .createQueryBuilder(MovieRentDetail, 'line')
      .innerJoin('line.movieRent', 'rent')
      .innerJoinAndSelect('line.movieCopy', 'copy')
      .innerJoinAndSelect('copy.movie', 'movie')
      .where('rent.clientId = :clientId')
      .andWhere(isOpenByRent('line'))
      .orderBy(`COALESCE(line.dueDatetime, '9')`)
      .addOrderBy('line.id'),
  { maxRows: maxOpenLines },
);

/** The numbers of lines of a client that are open, and of those that are overdue. */
export interface OpenLineCounts {
  readonly open: number;
  readonly overdue: number;
}

/** Reads what a client has out. */
export class StandingRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Returns the open lines of a client, the first due first, lines without a due date last. */
  findOpenLines(clientId: number): Promise<MovieRentDetail[]> {
    return openLines.all(this.manager, { clientId }, maxOpenLines);
  }

  async countOpenLines(clientId: number, now: Date): Promise<OpenLineCounts> {
    const [counts] = await this.manager.query<Record<keyof OpenLineCounts, number | string>[]>(
      `SELECT COUNT(*) AS open, COUNT(CASE WHEN loan.due_datetime < $1 THEN 1 END) AS overdue
       FROM loan WHERE loan.client_id = $2 AND ${isOpenByRent('loan')}`,
      [now.toISOString(), clientId],
    );
    return { open: Number(counts!.open), overdue: Number(counts!.overdue) };
  }
}
