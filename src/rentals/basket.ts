import { type Fault, InvalidInput } from '../kernel/domain-error.js';
import type { MovieCopyRepository } from '../movies/movie-copy.repository.js';
import type { MovieRepository } from '../movies/movie.repository.js';
import type { ClientRepository } from '../clients/client.repository.js';
import { CopyAlreadyRented, CopyNotInService, NoCopyAvailable } from './rentals.errors.js';

/** A line as it was ordered: this copy, or any free copy of that movie. `id` names a line that is there already. */
export interface OrderedLine {
  readonly id?: number;
  readonly movieCopyId?: number;
  readonly movieId?: number;
}

/** What a client wants to take home. */
export interface RentOrder {
  readonly clientId: number;
  readonly lines: readonly OrderedLine[];
}

interface Participants {
  readonly clients: ClientRepository;
  readonly movies: MovieRepository;
  readonly copies: MovieCopyRepository;
}

type Refusal = Fault & { readonly code: string; readonly subject: number };

/**
 * Finds the copy for each line and judges every rule for every line, so that all failures are answered at once.
 * @param mine copies that are out on the very rental that is being changed, and may stay on it
 * @returns the copies' ids, in the order of the lines
 * @throws InvalidInput, CopyAlreadyRented, CopyNotInService, NoCopyAvailable
 */
export async function fillBasket(
  { clientId, lines }: RentOrder,
  { clients, movies, copies }: Participants,
  mine: ReadonlySet<number> = new Set(),
): Promise<number[]> {
  const refusals: Refusal[] = [];
  if (!(await clients.isKnown(clientId))) {
    refusals.push({ path: ['clientId'], code: 'unknown', subject: clientId, detail: `Client ${clientId} not found.` });
  }
  const named = lines.flatMap(({ movieCopyId }) => movieCopyId ?? []);
  await copies.lockMoviesOf(
    lines.flatMap(({ movieId }) => movieId ?? []),
    named,
  );
  const found = new Map((await copies.findWithLoans(named)).map((copy) => [copy.id, copy]));
  const chosen: number[] = [];
  const seen = new Set<number>();

  for (const [index, { movieCopyId, movieId }] of lines.entries()) {
    const refuse = (member: string, code: string, subject: number, detail: string): void => {
      refusals.push({ path: ['details', index, member], code, subject, detail });
    };
    if (movieCopyId !== undefined) {
      const copy = found.get(movieCopyId);
      const at = (code: string, detail: string): void => refuse('movieCopyId', code, movieCopyId, detail);
      if (!copy) at('unknown', `Movie copy ${movieCopyId} not found.`);
      else if (seen.has(movieCopyId)) at('duplicate_copy', `Copy ${movieCopyId} is named twice.`);
      else if (copy.isRented && !mine.has(movieCopyId)) at('copy_rented', `Copy ${movieCopyId} is out.`);
      else if (!copy.isInService && !mine.has(movieCopyId)) {
        at('copy_not_in_service', `Copy ${movieCopyId} is not in service.`);
      }
      seen.add(movieCopyId);
      chosen[index] = movieCopyId;
    } else if (movieId !== undefined) {
      const [free] = await copies.findAvailable(movieId, 1, [...named, ...chosen.filter(Boolean)]);
      if (free) chosen[index] = free.id;
      else if (await movies.existsBy({ id: movieId })) {
        refuse('movieId', 'no_copy_available', movieId, `No copy of movie ${movieId} is free.`);
      } else refuse('movieId', 'unknown', movieId, `Movie ${movieId} not found.`);
    }
  }
  throwAny(refusals);
  return chosen;
}

function throwAny(refusals: readonly Refusal[]): void {
  const subjectsOf = (code: string): number[] => refusals.filter((r) => r.code === code).map(({ subject }) => subject);
  const isInvalid = refusals.some(({ code }) => code === 'unknown' || code === 'duplicate_copy');
  if (isInvalid) throw new InvalidInput(refusals);
  const [rented, notInService, noCopy] = ['copy_rented', 'copy_not_in_service', 'no_copy_available'].map(subjectsOf);
  if (rented!.length > 0) throw new CopyAlreadyRented(rented!, refusals);
  if (notInService!.length > 0) throw new CopyNotInService(notInService!, refusals);
  if (noCopy!.length > 0) throw new NoCopyAvailable(noCopy!, refusals);
}
