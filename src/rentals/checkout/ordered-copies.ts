import type { CalendarDate } from '../../kernel/calendar.js';
import { groupBy } from '../../kernel/lists.js';
import { inOrder } from '../../kernel/in-order.js';
import { identityKey } from '../../kernel/text.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import type { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import type { MovieRepository } from '../../movies/movie.repository.js';
import { assertLocked } from '../../platform/database/queries/row-lock.js';
import type { MovieRent } from '../movie-rent.entity.js';
import type { Borrower, BorrowerRepository } from './borrower.repository.js';
import type { OrderedLine, RentOrder } from './rent-order.js';

export interface CheckOutRepositories {
  readonly borrowers: BorrowerRepository;
  readonly movies: MovieRepository;
  readonly copies: MovieCopyRepository;
}

/** The copies for the lines of an order. */
export class OrderedCopies {
  private readonly byId: ReadonlyMap<number, MovieCopy>;
  private readonly free: ReadonlyMap<number, MovieCopy[]>;

  /**
   * @param lendable the copies that lines name, and free copies of the movies that lines name
   * @param namedIds the ids of the former
   */
  constructor(
    lendable: readonly MovieCopy[],
    namedIds: readonly number[],
    private readonly idsByCode: ReadonlyMap<string, number>,
  ) {
    const isNamed = new Set(namedIds);
    this.byId = new Map(lendable.map((copy) => [copy.id, copy]));
    this.free = groupBy(
      lendable.filter(({ id }) => !isNamed.has(id)),
      ({ movieId }) => movieId,
    );
  }

  countFree(movieId: number): number {
    return this.free.get(movieId)?.length ?? 0;
  }

  /** Returns the oldest free copy of a movie that no earlier line has taken. */
  takeFree(movieId: number): MovieCopy | undefined {
    return this.free.get(movieId)?.shift();
  }

  /** Returns the copy that a line names by its id or its barcode. */
  find({ movieCopyId, code }: OrderedLine): MovieCopy | undefined {
    if (movieCopyId !== undefined) return this.byId.get(movieCopyId);
    const key = identityKey(code!);
    const copy = this.byId.get(this.idsByCode.get(key) ?? 0);
    // The code may have been given to another copy before the copy was locked.
    return copy?.codeKey === key ? copy : undefined;
  }
}

interface FoundCopies {
  readonly borrower: Borrower;
  readonly copies: OrderedCopies;
  /** When the first copy is due, by the ids of the movies with too few free copies. Unknown movies are absent. */
  readonly dueDates: ReadonlyMap<number, CalendarDate | null>;
}

/**
 * Finds the client and the copies of an order. Locks the client, if a limit applies, and the copies, so that they don't
 * change until the unit of work ends.
 * @param rent the rental that the order corrects, whose copies are locked too
 * @throws StaleLock
 */
export async function findCopies(
  { clientId, lines }: RentOrder,
  { borrowers, movies, copies }: CheckOutRepositories,
  rent: MovieRent | undefined,
): Promise<FoundCopies> {
  const codes = lines.flatMap(({ code }) => code ?? []);
  const coded = codes.length > 0 ? await copies.findNamed([], codes) : [];
  const idsByCode = new Map(coded.map(({ codeKey, id }) => [codeKey, id]));
  const named = [...lines.flatMap(({ movieCopyId }) => movieCopyId ?? []), ...idsByCode.values()];
  const wanted = countByMovie(lines);
  const current = rent?.details.map(({ movieCopy }) => movieCopy!) ?? [];
  // One round trip: the last statement reads under the locks of the previous ones.
  const [borrower, locked, lendable] = await inOrder(
    borrowers.getForUpdate(clientId),
    copies.lockMovies([...wanted.keys()], [...named, ...current.map(({ id }) => id)]),
    copies.findLendable(named, wanted),
  );
  assertLocked(
    locked,
    [...lendable, ...current].map(({ movieId }) => movieId),
  );
  const found = new OrderedCopies(lendable, named, idsByCode);
  const short = [...wanted].filter(([movieId, count]) => found.countFree(movieId) < count);
  return { borrower, copies: found, dueDates: await movies.findDueDates(short.map(([movieId]) => movieId)) };
}

/** Returns the number of ordered copies of each movie that lines name. */
function countByMovie(lines: readonly OrderedLine[]): Map<number, number> {
  const movieIds = lines.flatMap(({ movieId }) => movieId ?? []);
  return new Map([...groupBy(movieIds, (movieId) => movieId)].map(([movieId, ordered]) => [movieId, ordered.length]));
}
