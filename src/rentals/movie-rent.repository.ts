import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { dialectOf } from '../platform/database/dialect/dialect.js';
import { EntityRepository } from '../platform/database/entity-repository.js';
import { CompiledInsert } from '../platform/database/queries/compiled-insert.js';
import { type ById, CompiledSelect, type Present } from '../platform/database/queries/compiled-select.js';
import { isIndexOrder, KeysetPages } from '../platform/database/queries/keyset-pages.js';
import { type LockedIds, RowLock } from '../platform/database/queries/row-lock.js';
import { StaleLock } from '../kernel/domain-error.js';
import { type CalendarDate, endOf, startOf } from '../kernel/calendar.js';
import { assertTransaction } from '../platform/database/queries/read-batcher.js';
import { isOpenByClient, isOpenByRent } from '../loans/loan.view.js';
import { Shop } from '../policy/shop.entity.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { MovieRent, type MovieRentColumns, MovieRentDetail } from './movie-rent.entity.js';

export interface RentFilter {
  readonly clientId?: number;
  readonly isClosed?: boolean;
  /** Only rentals with a line for this copy, open or returned. */
  readonly movieCopyId?: number;
  /** Only rentals with a copy of this movie. */
  readonly movieId?: number;
  /** Only rentals that were created on this date of the shop's calendar or later. */
  readonly createdFrom?: CalendarDate;
  /** Only rentals that were created on this date or earlier. */
  readonly createdTo?: CalendarDate;
}

/** The relations to read with rentals. */
interface With {
  readonly client?: boolean;
}

const rents = (manager: EntityManager, { client }: Present<With>): SelectQueryBuilder<MovieRent> => {
  const query = manager.createQueryBuilder(MovieRent, 'rent');
  return client ? query.leftJoinAndSelect('rent.client', 'client') : query;
};
const lists = {
  details: (manager: EntityManager) =>
    manager
      .createQueryBuilder(MovieRentDetail, 'line')
      .innerJoinAndSelect('line.movieCopy', 'copy')
      .innerJoinAndSelect('copy.movie', 'movie')
      .where('line.movieRentId = rent.id')
      .orderBy('line.id'),
};
const ofId = (manager: EntityManager, given: Present<With & ById>) => rents(manager, given).where('rent.id = :id');
/** Maximum number of rows per statement. A rental can have 1.6 MB: 100 lines, each with the description of its movie. */
const maxRows = 16;
const byId = new CompiledSelect<MovieRent, With & ById>({ id: 'integer', client: 'flag' }, ofId, {
  lists,
  isBatched: () => true,
  maxBatchRows: maxRows,
});
const lock = new RowLock<MovieRent, ById>({ id: 'integer' }, ofId);
const lockOfClient = new RowLock<MovieRent, { readonly clientId: number }>({ clientId: 'integer' }, (manager) =>
  rents(manager, {}).where('rent.clientId = :clientId'),
);

const pages = new KeysetPages<MovieRent, With & RentFilter>(
  {
    clientId: 'integer',
    movieCopyId: 'integer',
    movieId: 'integer',
    createdFrom: 'text',
    createdTo: 'text',
    isClosed: 'flag',
    client: 'flag',
  },
  (manager, given) => {
    const { clientId, movieCopyId, movieId, createdFrom, createdTo, isClosed } = given;
    const query = rents(manager, given);
    if (clientId) query.andWhere('rent.clientId = :clientId');
    if (movieCopyId) query.andWhere(`rent.id IN (${rentsWithLine(manager, 'line.movieCopyId = :movieCopyId')})`);
    if (movieId) query.andWhere(`rent.id IN (${rentsWithMovie(manager)})`);
    if (createdFrom) query.andWhere('rent.creationDatetime >= :createdFrom');
    if (createdTo) query.andWhere('rent.creationDatetime <= :createdTo');
    if (isClosed !== undefined) {
      // SQLite evaluates EXISTS for each scanned rental. Without another filter, it would scan all closed rentals.
      query.andWhere(
        isClosed || movieCopyId || movieId || createdFrom || createdTo
          ? `${isClosed ? 'NOT ' : ''}EXISTS (${rentsWithLine(manager, `line.movieRentId = rent.id AND ${isOpenByRent('line')}`)})`
          : dialectOf(manager.connection).isInQuery('rent.id', openRents(manager, clientId)),
      );
    }
    return query;
  },
  { id: 'id', creation_datetime: 'creationDatetime' },
  {
    lists,
    maxRows,
    maxBatchRows: maxRows,
    owner: 'clientId',
    // Filters for open rentals, or for the rentals of a copy, may pass other rows.
    isBatched: ({ clientId, client: _, ...filters }, sortBy) =>
      Object.values(filters).every((filter) => filter === undefined) && isIndexOrder(sortBy, [clientId]),
  },
);
const insertion = new CompiledInsert<MovieRent, MovieRentColumns>(MovieRent, 'clientId');

export class MovieRentRepository extends EntityRepository<MovieRent, 'client'> {
  constructor(manager: EntityManager) {
    super(manager, { title: 'Movie rent', select: byId, lock });
  }

  async page(filter: RentFilter, request: PageRequest, expand?: 'client'): Promise<Page<MovieRent>> {
    const created = await this.instantsOf(filter);
    return pages.fetch(this.manager, { ...filter, ...created, client: expand === 'client' }, request);
  }

  /** Returns the first and the last instant of the dates of a filter, in the shop's time zone. */
  private async instantsOf({ createdFrom, createdTo }: RentFilter): Promise<RentFilter> {
    if (createdFrom === undefined && createdTo === undefined) return {};
    assertTransaction(this.manager);
    const { timeZone } = await this.manager.findOneByOrFail(Shop, { id: 1 });
    return {
      createdFrom: createdFrom && startOf(createdFrom, timeZone).toISOString(),
      createdTo: createdTo && endOf(createdTo, timeZone).toISOString(),
    };
  }

  /** Creates a rental without lines. */
  async create(columns: MovieRentColumns): Promise<MovieRent> {
    const [id] = await insertion.run(this.manager, [columns]);
    return this.manager.create(MovieRent, { id, ...columns, details: [] });
  }

  async update(id: number, { clientId }: Pick<MovieRent, 'clientId'>): Promise<void> {
    await this.manager.update(MovieRent, id, { clientId });
  }

  /** Locks all rentals of a client until the unit of work ends. */
  lockOfClient(clientId: number): Promise<LockedIds> {
    return lockOfClient.run(this.manager, { clientId }, 'no key update');
  }

  /**
   * Checks that all rentals of a client are locked. The client is locked too, and gets no more rentals.
   * @param locked the rentals that were locked before the client
   * @throws StaleLock if the client got another rental while the lock of the client was waited for
   */
  async assertAllLocked(clientId: number, locked: LockedIds): Promise<void> {
    if (locked && (await this.manager.countBy(MovieRent, { clientId })) !== locked.size) throw new StaleLock();
  }

  /**
   * Moves all rentals of a client to another client. They and both clients are locked.
   * @returns the number of rentals
   */
  async moveToClient(fromId: number, toId: number): Promise<number> {
    const { affected } = await this.manager.update(MovieRent, { clientId: fromId }, { clientId: toId });
    return affected!;
  }

  /** Marks a rental as void, in the database and on `rent`. */
  async void(rent: MovieRent, voidedDatetime: Date): Promise<void> {
    await this.manager.update(MovieRent, rent.id, { voidedDatetime });
    rent.voidedDatetime = voidedDatetime;
  }

  /** Deletes a rental that has no lines any more. */
  async delete(id: number): Promise<void> {
    await this.manager.delete(MovieRent, id);
  }
}

const rentsWithLine = (manager: EntityManager, condition: string): string =>
  manager.createQueryBuilder(MovieRentDetail, 'line').select('line.movieRentId').where(condition).getQuery();

const openRents = (manager: EntityManager, clientId: boolean | undefined): string =>
  rentsWithLine(manager, clientId ? `line.clientId = :clientId AND ${isOpenByClient('line')}` : isOpenByRent('line'));

const rentsWithMovie = (manager: EntityManager): string =>
  manager
    .createQueryBuilder(MovieRentDetail, 'line')
    .select('line.movieRentId')
    .innerJoin('line.movieCopy', 'copy')
    .where('copy.movieId = :movieId')
    .getQuery();
