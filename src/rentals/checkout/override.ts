import type { Refusal } from '../../kernel/domain-error.js';
import type { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import type { Change } from '../../platform/events/event.repository.js';
import type { Permission } from './order-check.js';

/** Returns the events of an override: only the rules that it has lifted. */
export function overrideEvents(
  rentId: number,
  override: { readonly comment: string } | undefined,
  { lifted, now }: { readonly lifted: readonly Pick<Refusal, 'code'>[]; readonly now: Date },
): Change[] {
  if (!override || lifted.length === 0) return [];
  return [
    {
      type: 'rental.rules_overridden',
      resource: 'movie_rents',
      resourceId: rentId,
      creationDatetime: now,
      changes: { rules: [...new Set(lifted.map(({ code }) => code))], comment: override.comment },
    },
  ];
}

/**
 * Puts copies back in service that an override lends although they are out of service: the clerk holds them.
 * @returns the events to record
 */
export async function bringIntoService(
  { lifted, copies: chosen, now }: Permission,
  copies: MovieCopyRepository,
): Promise<Change[]> {
  const subjects = new Set(lifted.flatMap(({ code, subject }) => (code === 'copy_not_in_service' ? [subject] : [])));
  const brought = chosen.filter(({ id }) => subjects.has(id));
  await copies.setServiceState(
    brought.map(({ id }) => id),
    'in_service',
  );
  return brought.map(({ id, serviceState }) => ({
    type: 'copy.updated',
    resource: 'movie_copies',
    resourceId: id,
    creationDatetime: now,
    changes: { service_state: { from: serviceState, to: 'in_service' } },
  }));
}
