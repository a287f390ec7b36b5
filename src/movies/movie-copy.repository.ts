import { randomBytes } from 'node:crypto';
import { type EntityManager, In, Not, Repository, type SelectQueryBuilder } from 'typeorm';
import { PreparedPages } from '../database/keyset.js';
import { PreparedLock } from '../database/lock.js';
import { fromOpenLoanOf, Loan } from '../database/loan.view.js';
import { type Given, PreparedSelect } from '../database/prepared-select.js';
import { onDuplicate } from '../database/violations.js';
import { NotFound } from '../kernel/domain-error.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { MovieCopy, type ServiceState } from './movie-copy.entity.js';
import { Movie } from './movie.entity.js';
import { CopyCodeTaken, CopyIsOut, CopyWasRented } from './movies.errors.js';

export interface CopyFilter {
  readonly movieId?: number;
  readonly code?: string;
  readonly serviceState?: ServiceState;
}

const withLoans = (manager: EntityManager): SelectQueryBuilder<MovieCopy> =>
  manager.createQueryBuilder(MovieCopy, 'copy').addSelect('copy.openRentId');

/** All that a rental shows of a copy and judges it by. */
const lendable = (manager: EntityManager): SelectQueryBuilder<MovieCopy> =>
  withLoans(manager).addSelect('copy.lastReturn').innerJoinAndSelect('copy.movie', 'movie');

const byIds = new PreparedSelect((manager) => lendable(manager).where('copy.id IN (:...ids)'));
const lockOfMovies = new PreparedLock(
  (manager, { movieIds, copyIds }: Given<{ movieIds?: readonly number[]; copyIds?: readonly number[] }>) => {
    const movies = manager.createQueryBuilder(Movie, 'movie').where('FALSE');
    if (movieIds) movies.orWhere('movie.id IN (:...movieIds)');
    const onCopies = movies.subQuery().select('copy.movieId').from(MovieCopy, 'copy').where('copy.id IN (:...copyIds)');
    // As an array: PostgreSQL would ask each movie whether it is in a subquery.
    return copyIds ? movies.orWhere(`movie.id = ANY(ARRAY${onCopies.getQuery()})`) : movies;
  },
);
const pages = new PreparedPages(
  (manager, { movieId, code, serviceState }: Given<CopyFilter>) => {
    const copies = withLoans(manager);
    if (movieId) copies.andWhere('copy.movieId = :movieId');
    if (code) copies.andWhere('copy.code = :code');
    if (serviceState) copies.andWhere('copy.serviceState = :serviceState');
    return copies;
  },
  { id: 'id', code: 'code' },
);

/** Rows a statement: SQLite takes 32,766 parameters, and TypeORM's builder slows down long before. */
const rowsPerUpdate = 1000;

export class MovieCopyRepository extends Repository<MovieCopy> {
  private readonly isPostgres: boolean;

  constructor(manager: EntityManager) {
    super(MovieCopy, manager, manager.queryRunner);
    this.isPostgres = manager.connection.options.type === 'postgres';
  }

  page(filter: CopyFilter, request: PageRequest): Promise<Page<MovieCopy>> {
    return pages.fetch(this.manager, { ...filter }, request);
  }

  /** @throws NotFound */
  async get(id: number): Promise<MovieCopy> {
    const [copy] = await this.findWithLoans([id]);
    if (!copy) throw new NotFound('Movie copy');
    return copy;
  }

  /** Gets it as it is, and as it stays for everybody else until the unit of work ends. @throws NotFound */
  async getLocked(id: number): Promise<MovieCopy> {
    await this.lockMoviesOf([], [id]);
    return this.get(id);
  }

  /** Locks these movies, and those that are on these copies: what is out of them and what is in stays as it is. */
  async lockMoviesOf(movieIds: readonly number[], copyIds: readonly number[]): Promise<void> {
    const given = (ids: readonly number[]) => (ids.length > 0 ? ids : undefined);
    await lockOfMovies.run(this.manager, { movieIds: given(movieIds), copyIds: given(copyIds) }, 'change');
  }

  findWithLoans(ids: readonly number[]): Promise<MovieCopy[]> {
    return byIds.all(this.manager, { ids });
  }

  /** Up to `count` copies of a movie that can be lent, the oldest first, leaving out those in `except`. */
  findAvailable(movieId: number, count: number, except: readonly number[]): Promise<MovieCopy[]> {
    return lendable(this.manager)
      .where({ movieId, serviceState: 'in_service', id: Not(In(except)) })
      .andWhere(`NOT EXISTS (SELECT 1 ${fromOpenLoanOf('copy')})`)
      .orderBy('copy.id')
      .limit(count)
      .getMany();
  }

  /** @throws CopyCodeTaken */
  async add(movieId: number, code: string = newCodes(1)[0]!): Promise<MovieCopy> {
    const copy = this.create({ movieId, code, serviceState: 'in_service' });
    await this.insert(copy).catch(onDuplicate('movie_copy.code', () => new CopyCodeTaken(code)));
    return copy;
  }

  /** Adds `count` copies with codes of their own, in one short statement: 10,000 rows of VALUES take longer to write. */
  async addMany(movieId: number, count: number): Promise<MovieCopy[]> {
    if (count <= 0) return [];
    const given = this.isPostgres ? 'json_array_elements_text($2)' : 'json_each($2)';
    const { records } = await this.manager.queryRunner!.query(
      `INSERT INTO movie_copy (movie_id, code, service_state) SELECT $1, value, 'in_service' FROM ${given}
       RETURNING id, code`,
      [movieId, JSON.stringify(newCodes(count))],
      true,
    );
    const copies = (records as Pick<MovieCopy, 'id' | 'code'>[]).map((row) =>
      Object.assign(new MovieCopy(), row, { movieId, serviceState: 'in_service', openRentId: null }),
    );
    return copies.sort((one, other) => one.id - other.id);
  }

  /** Takes copies out of service for good, in few statements. */
  async retire(copies: readonly MovieCopy[]): Promise<void> {
    for (let start = 0; start < copies.length; start += rowsPerUpdate) {
      const ids = copies.slice(start, start + rowsPerUpdate).map(({ id }) => id);
      await this.update({ id: In(ids) }, { serviceState: 'retired' });
    }
  }

  /** @throws NotFound, CopyCodeTaken, CopyIsOut */
  async change(
    id: number,
    { code, serviceState }: Partial<Pick<MovieCopy, 'code' | 'serviceState'>>,
  ): Promise<MovieCopy> {
    const copy = await this.getLocked(id);
    if (serviceState !== undefined && serviceState !== copy.serviceState && copy.openRentId) {
      throw new CopyIsOut(copy.openRentId);
    }
    const changed = { code: code ?? copy.code, serviceState: serviceState ?? copy.serviceState };
    await this.update(id, changed).catch(onDuplicate('movie_copy.code', () => new CopyCodeTaken(changed.code)));
    return Object.assign(copy, changed);
  }

  /** @throws NotFound, CopyWasRented */
  async drop(id: number): Promise<void> {
    await this.getLocked(id);
    const loans = await this.manager.countBy(Loan, { movieCopyId: id });
    if (loans > 0) throw new CopyWasRented(loans);
    await this.delete(id);
  }
}

/** Without I, L, O and U, which are misread: 32, so that a random byte chooses each as often as any other. */
const codeAlphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 12;

/**
 * Barcodes for copies that came without. 60 random bits each: among ten million copies the odds that any two ever
 * meet are 1 in 20,000, and the unique index has the last word. All from one draw, since each costs some 5 µs.
 */
function newCodes(count: number): string[] {
  const letters = Array.from(randomBytes(count * codeLength), (byte) => codeAlphabet[byte % codeAlphabet.length]);
  return Array.from({ length: count }, (_, index) =>
    letters.slice(index * codeLength, (index + 1) * codeLength).join(''),
  );
}
