import { type EntityManager, Repository } from 'typeorm';
import { fetchPage, type Sortable } from '../database/keyset.js';
import { lock, type LockStrength } from '../database/lock.js';
import { fromOpenLoanOf, Loan } from '../database/loan.view.js';
import { PreparedInsert } from '../database/prepared-insert.js';
import { PreparedSelect } from '../database/prepared-select.js';
import { whereContains } from '../database/where-contains.js';
import { NotFound } from '../kernel/domain-error.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { searchable } from '../kernel/text.js';
import { MovieCopy } from './movie-copy.entity.js';
import { Movie, type MovieFields } from './movie.entity.js';
import { MovieWasRented } from './movies.errors.js';

export interface MovieFilter {
  /** Part of the title, in any case and with or without accents. */
  readonly title?: string;
  readonly genreId?: number;
  readonly year?: number;
  /** Whether a copy of it can be lent now. */
  readonly available?: boolean;
}

const byId = new PreparedSelect((manager) => manager.createQueryBuilder(Movie, 'movie').where('movie.id = :id'));
const insertion = new PreparedInsert(Movie, ['title', 'titleSearch', 'description', 'year', 'director', 'genreId']);
const sortable: Sortable<Movie> = { id: 'id', title: 'titleSearch', year: 'year' };

export class MovieRepository extends Repository<Movie> {
  constructor(manager: EntityManager) {
    super(Movie, manager, manager.queryRunner);
  }

  async page({ title, genreId, year, available }: MovieFilter, request: PageRequest): Promise<Page<Movie>> {
    const movies = this.createQueryBuilder('movie');
    if (title !== undefined) await whereContains(this.manager, movies, 'titleSearch', searchable(title));
    if (genreId !== undefined) movies.andWhere('movie.genreId = :genreId', { genreId });
    if (year !== undefined) movies.andWhere('movie.year = :year', { year });
    if (available !== undefined) movies.andWhere(`${available ? '' : 'NOT '}EXISTS (${this.availableCopy()})`);
    return fetchPage(movies, request, sortable);
  }

  /** @throws NotFound */
  async get(id: number): Promise<Movie> {
    const movie = await byId.first(this.manager, { id });
    if (!movie) throw new NotFound('Movie');
    return movie;
  }

  /** Gets it as it is, and as it stays for everybody else until the unit of work ends. @throws NotFound */
  async getLocked(id: number, strength: LockStrength = 'change'): Promise<Movie> {
    await lock(this.manager, () => this.createQueryBuilder('movie').where({ id }), strength);
    return this.get(id);
  }

  async add(fields: MovieFields): Promise<Movie> {
    const movie = this.create(Movie.columnsOf(fields));
    movie.id = (await insertion.run(this.manager, [movie]))!;
    return movie;
  }

  /** @throws NotFound */
  async change(id: number, fields: Partial<MovieFields>): Promise<Movie> {
    const movie = this.merge(await this.getLocked(id), Movie.columnsOf(fields));
    await this.update(id, movie);
    return movie;
  }

  /**
   * Takes a movie back, with its copies, as long as none of them was ever lent.
   * @throws NotFound, MovieWasRented
   */
  async drop(id: number): Promise<void> {
    await this.getLocked(id, 'remove');
    const counted = await this.manager
      .createQueryBuilder(Loan, 'loan')
      .innerJoin(MovieCopy, 'copy', 'copy.id = loan.movieCopyId')
      .select('COUNT(*)', 'loans')
      .where('copy.movieId = :id', { id })
      .getRawOne<{ loans: number | string }>();
    const loans = Number(counted!.loans);
    if (loans > 0) throw new MovieWasRented(loans);
    await this.manager.delete(MovieCopy, { movieId: id });
    await this.delete(id);
  }

  private availableCopy(): string {
    return this.manager
      .createQueryBuilder(MovieCopy, 'copy')
      .select('1')
      .where(`copy.movieId = movie.id AND copy.serviceState = 'in_service'`)
      .andWhere(`NOT EXISTS (SELECT 1 ${fromOpenLoanOf('copy')})`)
      .getQuery();
  }
}
