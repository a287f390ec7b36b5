import type { Refusal } from '../../kernel/domain-error.js';
import { changeOfCopy } from '../../movies/movie-copy.entity.js';
import type { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import type { Change } from '../../platform/events/change.js';
import { changeOfRent } from '../rental-events.js';
import type { Permission } from './order-check.js';

/** Returns the events of an override: only the rules that it has lifted. */
export function overrideEvents(
  rentId: number,
  override: { readonly comment: string } | undefined,
  { lifted, now }: { readonly lifted: readonly Pick<Refusal, 'code'>[]; readonly now: Date },
): Change[] {
  if (!override || lifted.length === 0) return [];
  const rules = [...new Set(lifted.map(({ code }) => code))];
  return [changeOfRent('rental.rules_overridden', now, { id: rentId }, { rules, comment: override.comment })];
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
  return brought.map((copy) =>
    changeOfCopy('copy.updated', now, copy, { service_state: { from: copy.serviceState, to: 'in_service' } }),
  );
}
