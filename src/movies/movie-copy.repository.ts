import { type EntityManager, In, Not, type SelectQueryBuilder } from 'typeorm';
import { EntityRepository } from '../platform/database/entity-repository.js';
import { type ById, CompiledSelect } from '../platform/database/queries/compiled-select.js';
import { dialectOf } from '../platform/database/dialect/dialect.js';
import type { EngineName } from '../platform/database/dialect/sql.js';
import { isIndexOrder, KeysetPages } from '../platform/database/queries/keyset-pages.js';
import { isOpen, Loan } from '../loans/loan.view.js';
import { assertLocked, type LockedIds, type LockStrength, RowLock } from '../platform/database/queries/row-lock.js';
import { inOrder } from '../kernel/in-order.js';
import { likePattern } from '../platform/database/search/substring-search.js';
import { onDuplicate } from '../platform/database/queries/constraint-violations.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { identityKey } from '../kernel/text.js';
import { type CopyChanges, isAvailable, MovieCopy, outOfStock, type ServiceState } from './movie-copy.entity.js';
import { Movie } from './movie.entity.js';
import { CopyCodeTaken, CopyIsOut, CopyWasRented } from './movies.errors.js';
import { generateCodes } from './queries/copy-codes.js';
import { insertCopies } from './queries/insert-copies.js';
import { selectLendable } from './queries/lendable-copies.js';

export interface CopyFilter {
  readonly movieId?: number;
  /** Compared by `identityKey`. */
  readonly code?: string;
  /** A part of the code, compared by `identityKey`. */
  readonly codeContains?: string;
  readonly serviceState?: ServiceState;
}

/** The loan that a copy is out on, as a list of none or one. */
const lists = {
  openLoans: (manager: EntityManager) =>
    manager
      .createQueryBuilder(Loan, 'loan')
      .where(`loan.movieCopyId = copy.id AND ${isOpen('loan')}`)
      .limit(1),
};
const located = (manager: EntityManager): SelectQueryBuilder<MovieCopy> =>
  manager.createQueryBuilder(MovieCopy, 'copy');

const byId = new CompiledSelect<MovieCopy, ById>(
  { id: 'integer' },
  (manager) => located(manager).where('copy.id = :id'),
  { lists, isBatched: () => true },
);
interface Named {
  readonly ids: readonly number[];
  /** A JSON array of normalized barcodes. */
  readonly codeKeys: string;
}

/** On PostgreSQL as an array: a subquery beside OR would be evaluated for every copy. */
const hasCodeKey: Readonly<Record<EngineName, string>> = {
  postgres: '= ANY(ARRAY(SELECT json_array_elements_text(:codeKeys)))',
  sqlite: 'IN (SELECT value FROM json_each(:codeKeys))',
};
const byNames = new CompiledSelect<MovieCopy, Named>({ ids: 'integers', codeKeys: 'text' }, (manager) => {
  const dialect = dialectOf(manager.connection);
  return manager
    .createQueryBuilder(MovieCopy, 'copy')
    .where(`${dialect.isInList('copy.id', ':ids')} OR copy.codeKey ${hasCodeKey[dialect.engine]}`)
    .orderBy('copy.id');
});

const lockOfMovies = new RowLock<Movie, { movieIds: readonly number[]; copyIds: readonly number[] }>(
  { movieIds: 'integers', copyIds: 'integers' },
  (manager) => {
    const movies = manager.createQueryBuilder(Movie, 'movie').where('movie.id = ANY(:movieIds)');
    const onCopies = movies.subQuery().select('copy.movieId').from(MovieCopy, 'copy').where('copy.id = ANY(:copyIds)');
    // As an array: PostgreSQL would evaluate an IN subquery for each movie.
    return movies.orWhere(`movie.id = ANY(ARRAY${onCopies.getQuery()})`);
  },
);
type Listed = Omit<CopyFilter, 'code' | 'codeContains'> & { readonly codeKey?: string; readonly codePattern?: string };
const pages = new KeysetPages<MovieCopy, Listed>(
  { movieId: 'integer', codeKey: 'text', codePattern: 'text', serviceState: 'text' },
  (manager, { movieId, codeKey, codePattern, serviceState }) => {
    const copies = located(manager);
    if (movieId) copies.andWhere('copy.movieId = :movieId');
    if (codeKey) copies.andWhere('copy.codeKey = :codeKey');
    // No index: reads copies in the order of the page until it is full. See docs/decisions/0016.
    if (codePattern) copies.andWhere("copy.codeKey LIKE :codePattern ESCAPE '\\'");
    if (serviceState) copies.andWhere('copy.serviceState = :serviceState');
    return copies;
  },
  { id: 'id', code: 'codeKey' },
  {
    lists,
    isBatched: ({ movieId, codeKey, codePattern, serviceState }, sortBy) =>
      serviceState === undefined && (codeKey ?? (codePattern === undefined && isIndexOrder(sortBy, [movieId]))),
  },
);

/** A copy is locked by its movie. */
const lock = new RowLock<Movie, ById>({ id: 'integer' }, (manager) => {
  const movies = manager.createQueryBuilder(Movie, 'movie');
  const ofCopy = movies.subQuery().select('copy.movieId').from(MovieCopy, 'copy').where('copy.id = :id');
  return movies.where(`movie.id = ${ofCopy.getQuery()}`);
});
export class MovieCopyRepository extends EntityRepository<MovieCopy> {
  constructor(manager: EntityManager) {
    super(manager, { title: 'Movie copy', select: byId, lock });
  }

  page({ code, codeContains, ...filter }: CopyFilter, request: PageRequest): Promise<Page<MovieCopy>> {
    const codeKey = code === undefined ? undefined : identityKey(code);
    const codePattern = codeContains === undefined ? undefined : likePattern(identityKey(codeContains));
    return pages.fetch(this.manager, { ...filter, codeKey, codePattern }, request);
  }

  /** @throws NotFound, StaleLock */
  override async getForUpdate(id: number, strength: LockStrength = 'no key update'): Promise<MovieCopy> {
    const [locked, copy] = await inOrder(this.lock(id, strength), this.get(id));
    assertLocked(locked, [copy.movieId]);
    return copy;
  }

  /** Locks a copy with the movie that it is to be moved to, and returns the copy. @throws NotFound, StaleLock */
  async getForMove(id: number, movieId: number): Promise<MovieCopy> {
    const [locked, copy] = await inOrder(this.lockMovies([movieId], [id]), this.get(id));
    assertLocked(locked, [copy.movieId]);
    return copy;
  }

  /**
   * Locks movies, given by their ids or by ids of their copies: no copy of them can be rented, returned or moved
   * meanwhile. Copies that are read afterwards may belong to other movies by then: see `assertLocked`.
   */
  lockMovies(movieIds: readonly number[], copyIds: readonly number[]): Promise<LockedIds> {
    return lockOfMovies.run(this.manager, { movieIds, copyIds }, 'no key update');
  }

  /** Locks the movies of the copies of lines. @throws StaleLock if a copy belongs to another movie by now */
  async lockMoviesOf(lines: readonly { readonly movieCopy?: MovieCopy }[]): Promise<void> {
    const copies = lines.map(({ movieCopy }) => movieCopy!);
    const locked = await this.lockMovies(
      [],
      copies.map(({ id }) => id),
    );
    assertLocked(
      locked,
      copies.map(({ movieId }) => movieId),
    );
  }

  /**
   * Finds the copies with these ids and, of each of some movies, up to a number of others that are free, the oldest
   * first.
   * @param freeOf the numbers, by the ids of the movies
   */
  findLendable(ids: readonly number[], freeOf: ReadonlyMap<number, number>): Promise<MovieCopy[]> {
    return selectLendable(this.manager, ids, freeOf);
  }

  /** Counts the copies in stock of each of some movies. Movies without any are absent. */
  async countStock(movieIds: readonly number[]): Promise<Map<number, number>> {
    if (movieIds.length === 0) return new Map();
    const counts = await this.manager
      .createQueryBuilder(MovieCopy, 'copy')
      .select('copy.movieId', 'movieId')
      .addSelect('COUNT(*)', 'stock')
      .where({ movieId: In(movieIds), serviceState: Not(In(outOfStock)) })
      .groupBy('copy.movieId')
      .getRawMany<{ movieId: number; stock: number | string }>();
    return new Map(counts.map(({ movieId, stock }) => [movieId, Number(stock)]));
  }

  /** Finds copies by ids and by barcodes, compared by `identityKey`. */
  findNamed(ids: readonly number[], codes: readonly string[]): Promise<MovieCopy[]> {
    return byNames.all(this.manager, { ids, codeKeys: JSON.stringify(codes.map(identityKey)) });
  }

  /** @throws CopyCodeTaken */
  async create(
    movieId: number,
    code: string = generateCodes(1)[0]!,
    serviceState: ServiceState = 'in_service',
  ): Promise<MovieCopy> {
    const copy = this.manager.create(MovieCopy, { movieId, ...MovieCopy.columnsOf({ code, serviceState }) });
    await this.manager.insert(MovieCopy, copy).catch(onDuplicate('movie_copy.code_key', () => new CopyCodeTaken(code)));
    return copy;
  }

  /**
   * @param codes undefined for a copy that gets a generated code
   * @throws CopyCodeTaken
   */
  createMany(movieId: number, codes: readonly (string | undefined)[]): Promise<MovieCopy[]> {
    return insertCopies(this.manager, movieId, codes);
  }

  /** Retires the newest available copies of a movie, and returns their ids, the lowest first. */
  async retireNewest(movieId: number, count: number): Promise<number[]> {
    if (count === 0) return [];
    const newest = this.manager
      .createQueryBuilder(MovieCopy, 'copy')
      .select('copy.id')
      .where('copy.movieId = :movieId', { movieId })
      .andWhere(isAvailable('copy'))
      .orderBy('copy.id', 'DESC')
      .limit(count);
    const retired = (await newest.getMany()).reverse();
    await this.setServiceState(retired, 'retired');
    return retired.map(({ id }) => id);
  }

  /**
   * Returns the changed copy. Lock it first; check the limit of the stock and, of a move, the movie and the loans of the
   * copy.
   * @throws CopyCodeTaken, CopyIsOut
   */
  async update(copy: MovieCopy, { movieId, code, serviceState }: CopyChanges): Promise<MovieCopy> {
    if (serviceState !== undefined && serviceState !== copy.serviceState && copy.openLoans?.[0]) {
      throw new CopyIsOut(copy.openLoans[0].movieRentId);
    }
    const columns = {
      movieId: movieId ?? copy.movieId,
      ...MovieCopy.columnsOf({ code: code ?? copy.code, serviceState: serviceState ?? copy.serviceState }),
    };
    await this.manager
      .update(MovieCopy, copy.id, columns)
      .catch(onDuplicate('movie_copy.code_key', () => new CopyCodeTaken(columns.code)));
    return Object.assign(new MovieCopy(), copy, columns);
  }

  /** Moves all copies of a movie to another movie, and returns their number. Lock both movies first. */
  async moveToMovie(fromId: number, toId: number): Promise<number> {
    const { affected } = await this.manager.update(MovieCopy, { movieId: fromId }, { movieId: toId });
    return affected!;
  }

  /** Changes the state of copies, in the database and on `copies`. Lock their movies first. */
  async setServiceState(copies: readonly MovieCopy[], serviceState: ServiceState): Promise<void> {
    if (copies.length === 0) return;
    const ids = copies.map(({ id }) => id);
    for (const copy of copies) copy.serviceState = serviceState;
    const dialect = dialectOf(this.manager.connection);
    await this.manager.query(`UPDATE movie_copy SET service_state = $1 WHERE ${dialect.isInList('id', '$2')}`, [
      serviceState,
      dialect.listParameter(ids),
    ]);
  }

  /** Lock it first. @throws CopyWasRented */
  async delete({ id }: MovieCopy): Promise<void> {
    await this.assertNeverRented(id, 'deleted');
    await this.manager.delete(MovieCopy, id);
  }

  /** Lock the copy first. @throws CopyWasRented */
  async assertNeverRented(id: number, purpose: 'deleted' | 'moved'): Promise<void> {
    const loans = await this.manager.countBy(Loan, { movieCopyId: id });
    if (loans > 0) throw new CopyWasRented(loans, purpose);
  }
}
