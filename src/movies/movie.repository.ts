import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { EntityRepository } from '../platform/database/entity-repository.js';
import { CompiledInsert } from '../platform/database/queries/compiled-insert.js';
import { type ById, CompiledSelect, type Present } from '../platform/database/queries/compiled-select.js';
import { dialectOf } from '../platform/database/dialect/dialect.js';
import { isIndexOrder, KeysetPages } from '../platform/database/queries/keyset-pages.js';
import { RowLock } from '../platform/database/queries/row-lock.js';
import { Loan } from '../loans/loan.view.js';
import { assertTransaction } from '../platform/database/queries/read-batcher.js';
import { onUnknownReference } from '../platform/database/queries/constraint-violations.js';
import { type SearchValues, SubstringSearch } from '../platform/database/search/substring-search.js';
import type { CalendarDate } from '../kernel/calendar.js';
import { NotFound, unknownReference } from '../kernel/domain-error.js';
import type { Page, PageRequest } from '../kernel/page.js';
import {
  isAvailable,
  maxCopiesShown,
  MovieCopy,
  outOfStock,
  type StockCount,
  type StockedMovie,
} from './movie-copy.entity.js';
import { Movie, type MovieColumns, type MovieFields, searchColumns } from './movie.entity.js';
import { MovieWasRented } from './movies.errors.js';

export interface MovieFilter {
  /** Words, or parts of words, of the title, in any order; see `searchWords`. */
  readonly title?: string;
  /** The same, of the director's name. */
  readonly director?: string;
  readonly genreId?: number;
  readonly year?: number;
  /** Whether a copy of the movie can be lent now. */
  readonly available?: boolean;
}

/** The relations to read with movies. */
interface With {
  readonly genre?: boolean;
}

const movies = (manager: EntityManager, { genre }: Present<With>): SelectQueryBuilder<StockedMovie> => {
  const query = manager.createQueryBuilder<StockedMovie>(Movie, 'movie');
  return genre ? query.leftJoinAndSelect('movie.genre', 'genre') : query;
};
const isInStock = `copy.serviceState NOT IN (${outOfStock.map((state) => `'${state}'`).join()})`;
const lists = {
  copies: (manager: EntityManager) =>
    manager
      .createQueryBuilder(MovieCopy, 'copy')
      .addSelect('copy.openRent')
      .where('copy.movieId = movie.id')
      .andWhere(isInStock)
      .orderBy('copy.id')
      // An extra row shows whether there are more.
      .limit(maxCopiesShown + 1),
};
const ofId = (manager: EntityManager, given: Present<With & ById>) => movies(manager, given).where('movie.id = :id');
const byId = new CompiledSelect<StockedMovie, With & ById>({ id: 'integer', genre: 'flag' }, ofId, {
  lists,
  isBatched: () => true,
});
const lock = new RowLock<StockedMovie, ById>({ id: 'integer' }, ofId);
const dueDates = new CompiledSelect<StockedMovie, { ids: readonly number[] }>({ ids: 'integers' }, (manager) =>
  movies(manager, {})
    .select(['movie.id', 'movie.firstDueOn'])
    .where(dialectOf(manager.connection).isInList('movie.id', ':ids')),
);
const search = new SubstringSearch<StockedMovie, 'titleSearch' | 'directorSearch'>(Movie, [
  'titleSearch',
  'directorSearch',
]);
type Listed = With & SearchValues<'titleSearch' | 'directorSearch'> & Omit<MovieFilter, 'title' | 'director'>;
const pages = new KeysetPages<StockedMovie, Listed>(
  { ...search.types, genreId: 'integer', year: 'integer', available: 'flag', genre: 'flag' },
  (manager, given) => {
    const query = movies(manager, given);
    search.restrict(query, given);
    if (given.genreId) query.andWhere('movie.genreId = :genreId');
    if (given.year) query.andWhere('movie.year = :year');
    if (given.available !== undefined) {
      query.andWhere(`${given.available ? '' : 'NOT '}EXISTS (${availableCopy(manager)})`);
    }
    return query;
  },
  { id: 'id', title: 'titleSearch', year: 'year' },
  {
    lists,
    // A movie can have 70 kB.
    maxRows: 64,
    maxBatchRows: 512,
    isBatched: (given, sortBy) =>
      given.available === undefined && (search.isNarrowed(given) ?? isIndexOrder(sortBy, [given.genreId, given.year])),
  },
);
const insertion = new CompiledInsert<Movie, MovieColumns>(Movie, 'title');

export class MovieRepository extends EntityRepository<StockedMovie, 'genre'> {
  constructor(manager: EntityManager) {
    super(manager, { title: 'Movie', select: byId, lock });
  }

  page(
    { title, director, ...filter }: MovieFilter,
    request: PageRequest,
    expand?: 'genre',
  ): Promise<Page<StockedMovie>> {
    return search.fetch(this.manager, { titleSearch: title, directorSearch: director }, (values) =>
      this.fetchPage({ ...filter, ...values, genre: expand === 'genre' }, request),
    );
  }

  /** @throws NotFound */
  override async get(id: number, expand?: 'genre'): Promise<StockedMovie> {
    const movie = await super.get(id, expand);
    await this.countStockOf([movie]);
    return movie;
  }

  exists(id: number): Promise<boolean> {
    return this.manager.existsBy(Movie, { id });
  }

  /** @throws NotFound */
  async assertFound(id: number): Promise<void> {
    if (!(await this.exists(id))) throw new NotFound('Movie');
  }

  /** Returns, by the ids of movies, when the first of the copies that are out is due. Unknown movies are absent. */
  async findDueDates(ids: readonly number[]): Promise<Map<number, CalendarDate | null>> {
    if (ids.length === 0) return new Map();
    const found = await dueDates.all(this.manager, { ids });
    return new Map(found.map(({ id, firstDueOn }) => [id, firstDueOn ?? null]));
  }

  /** Adds a movie without copies. @throws InvalidInput if its genre doesn't exist */
  async create(fields: MovieFields): Promise<StockedMovie> {
    const columns = Movie.columnsOf(fields);
    const [id] = await insertion.run(this.manager, [columns]).catch(refuseUnknownGenre(fields));
    return Object.assign(this.manager.create(Movie, { id, ...columns }), { copies: [] });
  }

  /** Leaves absent members unchanged. @throws InvalidInput if its genre doesn't exist */
  async update(id: number, fields: Partial<MovieFields>): Promise<void> {
    const columns = { ...fields, ...searchColumns(fields) };
    if (Object.values(columns).every((value) => value === undefined)) return;
    await this.manager.update(Movie, id, columns).catch(refuseUnknownGenre(fields));
  }

  /**
   * Deletes a movie with its copies, unless one of the copies was ever rented. Lock it first.
   * @returns the ids of the copies
   * @throws MovieWasRented
   */
  async delete({ id }: Pick<Movie, 'id'>): Promise<number[]> {
    const counted = await this.manager
      .createQueryBuilder(Loan, 'loan')
      .innerJoin(MovieCopy, 'copy', 'copy.id = loan.movieCopyId')
      .select('COUNT(*)', 'loans')
      .where('copy.movieId = :id', { id })
      .getRawOne<{ loans: number | string }>();
    const loans = Number(counted!.loans);
    if (loans > 0) throw new MovieWasRented(loans);
    const copies = await this.manager.find(MovieCopy, {
      select: { id: true },
      where: { movieId: id },
      order: { id: 'ASC' },
    });
    await this.manager.delete(MovieCopy, { movieId: id });
    await this.manager.delete(Movie, id);
    return copies.map((copy) => copy.id);
  }

  private async fetchPage(
    values: Parameters<typeof pages.fetch>[1],
    request: PageRequest,
  ): Promise<Page<StockedMovie>> {
    const page = await pages.fetch(this.manager, values, request);
    await this.countStockOf(page.rows);
    return page;
  }

  /** Sets the stock count of movies with more copies than are read with them. */
  private async countStockOf(movies: readonly StockedMovie[]): Promise<void> {
    const ids = movies.filter(({ copies }) => copies.length > maxCopiesShown).map(({ id }) => id);
    if (ids.length === 0) return;
    assertTransaction(this.manager);
    const counts = await this.manager
      .createQueryBuilder(MovieCopy, 'copy')
      .select('copy.movieId', 'id')
      .addSelect('COUNT(*)', 'stock')
      .addSelect(`COUNT(CASE WHEN ${isAvailable('copy')} THEN 1 END)`, 'available')
      .where('copy.movieId IN (:...ids)', { ids })
      .andWhere(isInStock)
      .groupBy('copy.movieId')
      .getRawMany<{ id: number } & Record<'stock' | 'available', number | string>>();
    const dueDates = await this.findDueDates(
      counts.filter(({ available }) => Number(available) === 0).map(({ id }) => id),
    );
    const countOf = new Map(
      counts.map(({ id, stock, available }): [number, StockCount] => [
        id,
        { stock: Number(stock), available: Number(available), nextDueOn: dueDates.get(id) ?? null },
      ]),
    );
    for (const movie of movies) movie.counted = countOf.get(movie.id);
  }
}

const refuseUnknownGenre = ({ genreId }: Partial<MovieFields>) =>
  onUnknownReference('movie.genre_id', () => unknownReference(['genreId'], 'Genre', genreId!));

const availableCopy = (manager: EntityManager): string =>
  manager
    .createQueryBuilder(MovieCopy, 'copy')
    .select('1')
    .where(`copy.movieId = movie.id AND ${isAvailable('copy')}`)
    .getQuery();
