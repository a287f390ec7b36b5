import type { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import type { EventRepository } from '../../platform/events/event.repository.js';
import type { Judgement } from './judgement.js';
import type { Override } from './rent-order.js';

interface Repositories {
  readonly copies: MovieCopyRepository;
  readonly events: EventRepository;
}

/**
 * Records the rules that an override has lifted, and no others. Copies that were not in service are put back in service:
 * the clerk holds them.
 */
export async function recordOverride(
  rentId: number,
  override: Override | undefined,
  { lifted, now }: Judgement,
  { copies, events }: Repositories,
): Promise<void> {
  if (!override || lifted.length === 0) return;
  const outOfService = lifted.filter(({ code }) => code === 'copy_not_in_service').map(({ subject }) => subject!);
  for (const copyId of new Set(outOfService)) await copies.update(copyId, { serviceState: 'in_service' });
  await events.record({
    type: 'rental.rules_overridden',
    resource: 'movie_rents',
    resourceId: rentId,
    creationDatetime: now,
    changes: { rules: [...new Set(lifted.map(({ code }) => code))], comment: override.comment },
  });
}
