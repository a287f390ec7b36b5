import type { Refusal } from '../../kernel/domain-error.js';
import { outOfStock } from '../../movies/movie-copy.entity.js';
import type { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import type { MovieRepository } from '../../movies/movie.repository.js';
import { assertRoomFor } from '../../movies/stock.js';
import type { EventRepository } from '../../platform/events/event.repository.js';
import type { Permission } from './judgement.js';

/** Records the rules that an override has lifted, and no others. */
export async function recordOverride(
  rentId: number,
  override: { readonly comment: string } | undefined,
  { lifted, now }: { readonly lifted: readonly Pick<Refusal, 'code'>[]; readonly now: Date },
  events: EventRepository,
): Promise<void> {
  if (!override || lifted.length === 0) return;
  await events.record({
    type: 'rental.rules_overridden',
    resource: 'movie_rents',
    resourceId: rentId,
    creationDatetime: now,
    changes: { rules: [...new Set(lifted.map(({ code }) => code))], comment: override.comment },
  });
}

/**
 * Puts copies back in service that an override lends although they were not: the clerk holds them.
 * @throws StockTooHigh
 */
export async function bringIntoService(
  { lifted, copies: chosen }: Permission,
  { copies, movies }: { readonly copies: MovieCopyRepository; readonly movies: MovieRepository },
): Promise<void> {
  const subjects = new Set(lifted.flatMap(({ code, subject }) => (code === 'copy_not_in_service' ? [subject] : [])));
  for (const { id, movieId, serviceState } of chosen.filter(({ id }) => subjects.has(id))) {
    // One after another: each counts those before it.
    if (outOfStock.includes(serviceState)) assertRoomFor(1, await movies.get(movieId));
    await copies.update(id, { serviceState: 'in_service' });
  }
}
