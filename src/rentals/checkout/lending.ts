import { nowOrLatest } from '../../kernel/clock.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import { frozenTerms } from '../../policy/terms.js';
import type { Lending } from '../movie-rent-detail.repository.js';
import type { OrderCheck } from './order-check.js';

/** Returns a lending that begins now. Even if the clock was set back, a copy is not lent before its last return. */
export function lendingOf(copy: MovieCopy, { shop, now }: Pick<OrderCheck, 'shop' | 'now'>): Lending {
  const lentDatetime = nowOrLatest(now, copy.lastReturn);
  return { copy, lentDatetime, terms: frozenTerms(copy.movie!, lentDatetime, shop) };
}
