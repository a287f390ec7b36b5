import { type EntityManager, IsNull, Repository } from 'typeorm';
import { fetchPage, type Sortable } from '../database/keyset.js';
import { lock } from '../database/lock.js';
import { latest } from '../kernel/clock.js';
import { groupBy } from '../kernel/group-by.js';
import { PreparedInsert } from '../database/prepared-insert.js';
import { PreparedSelect } from '../database/prepared-select.js';
import { NotFound } from '../kernel/domain-error.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { MovieRentDetail } from './movie-rent-detail.entity.js';
import { MovieRent } from './movie-rent.entity.js';

export interface RentFilter {
  readonly clientId?: number;
  readonly isClosed?: boolean;
  /** Only rentals this copy is or was on. */
  readonly movieCopyId?: number;
}

const byId = new PreparedSelect((manager) => manager.createQueryBuilder(MovieRent, 'rent').where('rent.id = :id'));
const linesOfRents = new PreparedSelect((manager) =>
  manager
    .createQueryBuilder(MovieRentDetail, 'line')
    .innerJoinAndSelect('line.movieCopy', 'copy')
    .innerJoinAndSelect('copy.movie', 'movie')
    .where('line.movieRentId IN (:...rentIds)')
    .orderBy('line.id'),
);
const insertion = new PreparedInsert(MovieRent, ['clientId', 'creationDatetime']);
const sortable: Sortable<MovieRent> = { id: 'id', creation_datetime: 'creationDatetime' };

export class MovieRentRepository extends Repository<MovieRent> {
  constructor(manager: EntityManager) {
    super(MovieRent, manager, manager.queryRunner);
  }

  async page({ clientId, isClosed, movieCopyId }: RentFilter, request: PageRequest): Promise<Page<MovieRent>> {
    const rents = this.createQueryBuilder('rent');
    if (clientId !== undefined) rents.andWhere('rent.clientId = :clientId', { clientId });
    if (movieCopyId !== undefined) {
      rents.andWhere(`rent.id IN (${this.rentsWithLine('line.movieCopyId = :movieCopyId')})`, { movieCopyId });
    }
    if (isClosed !== undefined) {
      // SQLite asks EXISTS of each rental that it passes, and where nothing else narrows the list it passes all that closed.
      rents.andWhere(
        isClosed || clientId !== undefined || movieCopyId !== undefined
          ? `${isClosed ? 'NOT ' : ''}EXISTS (${this.rentsWithLine('line.movieRentId = rent.id AND line.returnedDatetime IS NULL')})`
          : `rent.id IN (${this.rentsWithLine('line.returnedDatetime IS NULL')})`,
      );
    }
    const page = await fetchPage(rents, request, sortable);
    await this.readLines(page.rows);
    return page;
  }

  /** @throws NotFound */
  async get(id: number): Promise<MovieRent> {
    const rent = await byId.first(this.manager, { id });
    if (!rent) throw new NotFound('Movie rent');
    await this.readLines([rent]);
    return rent;
  }

  /** Gets it as it is, and as it stays for everybody else until the unit of work ends. @throws NotFound */
  async getLocked(id: number): Promise<MovieRent> {
    await lock(this.manager, () => this.createQueryBuilder('rent').where({ id }), 'change');
    return this.get(id);
  }

  /** Reads to each rental its lines, and to each line its copy and movie. */
  async readLines(rents: readonly MovieRent[]): Promise<void> {
    const rentIds = rents.map(({ id }) => id);
    const byRent = groupBy(await linesOfRents.all(this.manager, { rentIds }), ({ movieRentId }) => movieRentId);
    for (const rent of rents) rent.details = byRent.get(rent.id) ?? [];
  }

  async add(clientId: number, creationDatetime: Date): Promise<MovieRent> {
    const id = await insertion.run(this.manager, [{ clientId, creationDatetime }]);
    return this.create({ id, clientId, creationDatetime });
  }

  /** Returns all that is still out. */
  async close(rent: MovieRent, now: Date): Promise<void> {
    // A clock that was set back must not return a copy before it was lent.
    const returnedDatetime = latest(now, rent.creationDatetime);
    await this.manager.update(
      MovieRentDetail,
      { movieRentId: rent.id, returnedDatetime: IsNull() },
      { returnedDatetime },
    );
  }

  /** Takes a rental back, with its lines. @throws NotFound */
  async drop(id: number): Promise<void> {
    await this.getLocked(id);
    await this.manager.delete(MovieRentDetail, { movieRentId: id });
    await this.delete(id);
  }

  private rentsWithLine(condition: string): string {
    const lines = this.manager.createQueryBuilder(MovieRentDetail, 'line');
    return lines.select('line.movieRentId').where(condition).getQuery();
  }
}
