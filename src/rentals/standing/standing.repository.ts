import type { EntityManager } from 'typeorm';
import { CompiledSelect } from '../../platform/database/queries/compiled-select.js';
import { isOpenByClient } from '../../loans/loan.view.js';
import { MovieRentDetail } from '../movie-rent.entity.js';

interface OfClient {
  readonly clientId: number;
}

/** Maximum number of lines in a standing. */
export const maxOpenLines = 200;

/** Uses the index of the client's open lines; with ORDER BY the bare column, an index of all lines might be used. */
const openLines = new CompiledSelect<MovieRentDetail, OfClient>(
  { clientId: 'integer' },
  (manager) =>
    manager
      .createQueryBuilder(MovieRentDetail, 'line')
      .innerJoinAndSelect('line.movieCopy', 'copy')
      .innerJoinAndSelect('copy.movie', 'movie')
      .where(`line.clientId = :clientId AND ${isOpenByClient('line')}`)
      .orderBy(`COALESCE(line.dueDatetime, '9')`)
      .addOrderBy('line.id'),
  { maxRows: maxOpenLines },
);

/** The numbers of lines of a client that are open, and of those that are overdue. */
export interface OpenLineCounts {
  readonly open: number;
  readonly overdue: number;
}

/** Reads the open loans of a client. */
export class StandingRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Returns the open lines of a client, the first due first, lines without a due date last. */
  findOpenLines(clientId: number): Promise<MovieRentDetail[]> {
    return openLines.all(this.manager, { clientId }, maxOpenLines);
  }

  async countOpenLines(clientId: number, now: Date): Promise<OpenLineCounts> {
    const [counts] = await this.manager.query<Record<keyof OpenLineCounts, number | string>[]>(
      `SELECT COUNT(*) AS open, COUNT(CASE WHEN due_datetime < $1 THEN 1 END) AS overdue
       FROM open_loan WHERE client_id = $2 AND client_id > 0`,
      [now.toISOString(), clientId],
    );
    return { open: Number(counts!.open), overdue: Number(counts!.overdue) };
  }
}
