import { nowOrLatest } from '../../kernel/clock.js';
import { changeOfCopy, type MovieCopy } from '../../movies/movie-copy.entity.js';
import type { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import type { Change } from '../../platform/events/change.js';
import { frozenTerms } from '../../policy/terms.js';
import type { Lending } from '../movie-rent-detail.repository.js';
import type { OrderCheck, Permission } from './order-check.js';

/** Returns a lending that begins now. Even if the clock was set back, a copy is not lent before its last return. */
export function lendingOf(copy: MovieCopy, { policy, now }: Pick<OrderCheck, 'policy' | 'now'>): Lending {
  const lentDatetime = nowOrLatest(now, copy.lastReturn);
  return { copy, lentDatetime, terms: frozenTerms(copy.movie!, lentDatetime, policy) };
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
  const changes = brought.map((copy) =>
    changeOfCopy('copy.updated', now, copy, { service_state: { from: copy.serviceState, to: 'in_service' } }),
  );
  await copies.setServiceState(brought, 'in_service');
  return changes;
}
