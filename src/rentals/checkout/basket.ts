import { type InputError, InvalidInput, type RuleCode } from '../../kernel/domain-error.js';
import { groupBy } from '../../kernel/group-by.js';
import { inOrder } from '../../kernel/in-order.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import type { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import type { MovieRepository } from '../../movies/movie.repository.js';
import type { Shop } from '../../policy/shop.entity.js';
import type { BorrowerRepository } from './borrower.repository.js';
import { CopyAlreadyRented, CopyNotInService, NoCopyAvailable } from '../rentals.errors.js';

/** A requested line: a specific copy, or any available copy of a movie. `id` refers to an existing line. */
export interface OrderedLine {
  readonly id?: number;
  readonly movieCopyId?: number;
  readonly movieId?: number;
}

/** A requested rental. */
export interface RentOrder {
  readonly clientId: number;
  readonly lines: readonly OrderedLine[];
}

export interface BasketRepositories {
  readonly borrowers: BorrowerRepository;
  readonly movies: MovieRepository;
  readonly copies: MovieCopyRepository;
}

interface Basket {
  readonly copies: readonly MovieCopy[];
  readonly shop: Shop;
}

type LineError = InputError & { readonly subject: number };

/**
 * Finds the copy for each line and checks every rule for every line, so that the response lists all errors.
 * @param mine copies that are out on the rental being changed, and may stay on it
 * @returns the copies, in the order of the lines, and the policy that they are lent under
 * @throws InvalidInput, CopyAlreadyRented, CopyNotInService, NoCopyAvailable
 */
export async function fillBasket(
  { clientId, lines }: RentOrder,
  { borrowers, movies, copies }: BasketRepositories,
  mine: ReadonlySet<number> = new Set(),
): Promise<Basket> {
  const errors: LineError[] = [];
  const byMovie = groupBy(
    lines.flatMap(({ movieId }) => movieId ?? []),
    (movieId) => movieId,
  );
  const wanted = new Map([...byMovie].map(([movieId, ordered]) => [movieId, ordered.length]));
  const named = lines.flatMap(({ movieCopyId }) => movieCopyId ?? []);
  // One round trip: the last statement reads under the locks of the previous ones.
  const [{ shop, client }, , lendable] = await inOrder(
    borrowers.getForUpdate(clientId),
    copies.lockMoviesOf([...wanted.keys()], [...named, ...mine]),
    copies.findLendable(named, wanted),
  );
  if (!client) errors.push(unknownError(['clientId'], 'Client', clientId));
  const found = new Map(lendable.map((copy) => [copy.id, copy]));
  const isNamed = new Set(named);
  const free = groupBy(
    [...found.values()].filter(({ id }) => !isNamed.has(id)),
    ({ movieId }) => movieId,
  );
  const short = [...wanted].filter(([movieId, count]) => (free.get(movieId)?.length ?? 0) < count);
  const unknownMovies = await movies.findUnknown(short.map(([movieId]) => movieId));

  const chosen: MovieCopy[] = [];
  const taken = new Set<MovieCopy>();
  for (const [index, { movieCopyId, movieId }] of lines.entries()) {
    if (movieCopyId !== undefined) {
      const path = ['details', index, 'movieCopyId'];
      const copy = found.get(movieCopyId);
      if (!copy) {
        errors.push(unknownError(path, 'Movie copy', movieCopyId));
        continue;
      }
      errors.push(...lendingErrors(copy, taken.has(copy), mine.has(copy.id), path));
      chosen.push(copy);
      taken.add(copy);
    } else if (movieId !== undefined) {
      const path = ['details', index, 'movieId'];
      const copy = free.get(movieId)?.shift();
      if (copy) chosen.push(copy);
      else if (unknownMovies.has(movieId)) errors.push(unknownError(path, 'Movie', movieId));
      else errors.push(lineError(path, 'no_copy_available', movieId, `No copy of movie ${movieId} is available.`));
    }
  }
  throwMostSevere(errors);
  return { copies: chosen, shop };
}

/** Returns at most one error: why a copy cannot be lent. */
function lendingErrors(copy: MovieCopy, isTaken: boolean, isMine: boolean, path: InputError['path']): LineError[] {
  if (isTaken) return [lineError(path, 'duplicate_copy', copy.id, `Copy ${copy.id} appears twice.`)];
  if (isMine || copy.isAvailable) return [];
  return copy.isRented
    ? [lineError(path, 'copy_rented', copy.id, `Copy ${copy.id} is out.`)]
    : [lineError(path, 'copy_not_in_service', copy.id, `Copy ${copy.id} is not in service.`)];
}

const lineError = (path: InputError['path'], code: RuleCode, subject: number, detail: string): LineError => ({
  path,
  code,
  subject,
  detail,
});

const unknownError = (path: InputError['path'], what: string, id: number): LineError =>
  lineError(path, 'unknown', id, `${what} ${id} not found.`);

/** Throws the most severe error, with the list of all. */
function throwMostSevere(errors: readonly LineError[]): void {
  const subjectsOf = (code: RuleCode): number[] => errors.filter((r) => r.code === code).map(({ subject }) => subject);
  if (errors.some(({ code }) => code === 'unknown' || code === 'duplicate_copy')) throw new InvalidInput(errors);
  const [rented, notInService, noCopy] = (['copy_rented', 'copy_not_in_service', 'no_copy_available'] as const).map(
    subjectsOf,
  );
  if (rented!.length > 0) throw new CopyAlreadyRented(rented!, errors);
  if (notInService!.length > 0) throw new CopyNotInService(notInService!, errors);
  if (noCopy!.length > 0) throw new NoCopyAvailable(noCopy!, errors);
}
