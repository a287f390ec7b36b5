import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { dialectOf } from '../../platform/database/dialect/dialect.js';
import { EntityRepository } from '../../platform/database/entity-repository.js';
import { type ById, CompiledSelect, type Present } from '../../platform/database/queries/compiled-select.js';
import { isIndexOrder, KeysetPages } from '../../platform/database/queries/keyset-pages.js';
import { RowLock } from '../../platform/database/queries/row-lock.js';
import { isOpen, isOpenByClient, isOpenByRent } from '../../loans/loan.view.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import { dueOrder, isDueLine, mayBeOverdue, MovieRentDetail } from '../movie-rent.entity.js';

export interface LineFilter {
  readonly isOpen?: boolean;
  /** Whether the copy was returned after its due date, or is out after it. */
  readonly overdue?: boolean;
  /** Only lines that are due before this date. */
  readonly dueBefore?: string;
  readonly clientId?: number;
  readonly movieId?: number;
  readonly movieCopyId?: number;
}

interface With {
  readonly client?: boolean;
}

const lines = (manager: EntityManager, { client }: Present<With>): SelectQueryBuilder<MovieRentDetail> => {
  const query = manager
    .createQueryBuilder(MovieRentDetail, 'line')
    .innerJoinAndSelect('line.movieRent', 'rent')
    .innerJoinAndSelect('line.movieCopy', 'copy')
    .innerJoinAndSelect('copy.movie', 'movie');
  return client ? query.innerJoinAndSelect('rent.client', 'client') : query;
};
const ofId = (manager: EntityManager, given: Present<With & ById>) => lines(manager, given).where('line.id = :id');
const byId = new CompiledSelect<MovieRentDetail, With & ById>({ id: 'integer', client: 'flag' }, ofId, {
  isBatched: () => true,
});
const lock = new RowLock<MovieRentDetail, ById>({ id: 'integer' }, (manager) =>
  manager.createQueryBuilder(MovieRentDetail, 'line').where('line.id = :id'),
);

/** A subquery of the open lines. With a plain condition, SQLite would scan all lines in the order of ids. */
const openLines = (manager: EntityManager, { clientId }: Present<LineFilter>): string =>
  manager
    .createQueryBuilder(MovieRentDetail, 'open')
    .select('open.id')
    .where(clientId ? `open.clientId = :clientId AND ${isOpenByClient('open')}` : isOpenByRent('open'))
    .getQuery();

type Listed = With & LineFilter & { readonly now?: string; readonly dueLimit?: string };
const pages = new KeysetPages<MovieRentDetail, Listed>(
  {
    isOpen: 'flag',
    overdue: 'flag',
    dueBefore: 'text',
    dueLimit: 'text',
    now: 'text',
    clientId: 'integer',
    movieId: 'integer',
    movieCopyId: 'integer',
    client: 'flag',
  },
  (manager, given) => {
    const { isOpen: wanted, overdue, dueBefore, clientId, movieId, movieCopyId } = given;
    const query = lines(manager, given);
    const isDue = wanted && (overdue || dueBefore);
    if (isDue) query.andWhere(isDueLine('line'));
    else if (wanted) query.andWhere(dialectOf(manager.connection).isInQuery('line.id', openLines(manager, given)));
    else if (overdue) query.andWhere(mayBeOverdue('line'));
    if (wanted === false) query.andWhere(`NOT (${isOpen('line')})`);
    if (overdue) query.andWhere(`${dueOrder('line')} < :now`);
    if (overdue === false) query.andWhere(`NOT (${mayBeOverdue('line')} AND ${dueOrder('line')} < :now)`);
    // The second condition bounds the range of the index in every time zone.
    if (dueBefore) query.andWhere(`line.dueOn < :dueBefore AND ${dueOrder('line')} < :dueLimit`);
    if (clientId) query.andWhere('rent.clientId = :clientId');
    if (movieId) query.andWhere('copy.movieId = :movieId');
    if (movieCopyId) query.andWhere('line.movieCopyId = :movieCopyId');
    return query;
  },
  { id: 'id', due_datetime: { property: 'dueOrder', sql: dueOrder('line') } },
  {
    maxRows: 64,
    maxBatchRows: 256,
    owner: 'clientId',
    isBatched: ({ isOpen, overdue, dueBefore, clientId, movieId, movieCopyId }, sortBy) =>
      ![isOpen, overdue, dueBefore, clientId, movieId].some((filter) => filter !== undefined) &&
      isIndexOrder(sortBy, [movieCopyId]) &&
      sortBy === 'id',
  },
);

/** An instant after every instant of the dates before `date`, in every time zone: the last of them are at UTC-12. */
const limitOf = (date: string): string => `${date}T12:00:00.001Z`;

/** Reads lines of rentals by themselves, with their rental, copy and movie. */
export class LineRepository extends EntityRepository<MovieRentDetail, 'client'> {
  constructor(manager: EntityManager) {
    super(manager, { title: 'Movie rent detail', select: byId, lock });
  }

  page(filter: LineFilter, request: PageRequest, now: Date, expand?: 'client'): Promise<Page<MovieRentDetail>> {
    const { overdue, dueBefore } = filter;
    return pages.fetch(
      this.manager,
      {
        ...filter,
        now: overdue === undefined ? undefined : now.toISOString(),
        dueLimit: dueBefore === undefined ? undefined : limitOf(dueBefore),
        client: expand === 'client',
      },
      request,
    );
  }
}
