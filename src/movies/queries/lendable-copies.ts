import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { fromOpenLoanOf } from '../../loans/loan.view.js';
import { dialectOf } from '../../platform/database/dialect/dialect.js';
import type { EngineName } from '../../platform/database/dialect/sql.js';
import { CompiledSelect } from '../../platform/database/queries/compiled-select.js';
import { MovieCopy } from '../movie-copy.entity.js';

/** Copies with the columns that rentals check and show. */
const lendable = (manager: EntityManager): SelectQueryBuilder<MovieCopy> =>
  manager
    .createQueryBuilder(MovieCopy, 'copy')
    .addSelect('copy.openRent')
    .addSelect('copy.lastReturn')
    .innerJoinAndSelect('copy.movie', 'movie');

interface Wanted {
  readonly ids: readonly number[];
  /** A JSON array of pairs: the id of a movie and the number of requested free copies. */
  readonly movies?: string;
  /** The largest of these numbers. */
  readonly perMovie?: number;
}

const lendableByIds = new CompiledSelect<MovieCopy, Wanted>(
  { ids: 'integers', movies: 'text', perMovie: 'integer' },
  (manager, { movies }) =>
    lendable(manager)
      .where(
        movies
          ? `copy.id ${isNamedOrFree[dialectOf(manager.connection).engine]}`
          : dialectOf(manager.connection).isInList('copy.id', ':ids'),
      )
      .orderBy('copy.id'),
);

/** Selects the oldest free copies of a movie. */
const freeOf = (movieId: string, isNamed: string, limit: string): string =>
  `SELECT one.id FROM movie_copy AS one WHERE one.movie_id = ${movieId} AND one.service_state = 'in_service' ` +
  `AND NOT ${isNamed} AND NOT EXISTS (SELECT 1 ${fromOpenLoanOf('one')}) ORDER BY one.id LIMIT ${limit}`;

/**
 * The SQL condition for the copies given by id, and for the oldest other free copies of each movie. The search stops at
 * the requested number, because a movie can have thousands of copies.
 */
const isNamedOrFree: Readonly<Record<EngineName, string>> = {
  postgres:
    '= ANY(ARRAY(SELECT unnest(:ids::int[]) UNION ALL SELECT free.id ' +
    'FROM json_array_elements(:movies) AS wanted CROSS JOIN LATERAL ' +
    `(${freeOf('(wanted.value ->> 0)::int', 'one.id = ANY(:ids)', '(wanted.value ->> 1)::int')}) AS free))`,
  // SQLite accepts no column as a LIMIT. The key is the index in the array.
  sqlite:
    'IN (SELECT value FROM json_each(:ids) UNION ALL SELECT free.value FROM json_each(:movies) AS wanted, ' +
    'json_each((SELECT json_group_array(id) FROM ' +
    `(${freeOf('(wanted.value ->> 0)', 'one.id IN (SELECT value FROM json_each(:ids))', ':perMovie')}))) AS free ` +
    'WHERE free.key < (wanted.value ->> 1))',
};

/** Selects the copies with these ids, and of some movies up to a number of other free copies each. */
export async function selectLendable(
  manager: EntityManager,
  ids: readonly number[],
  freeOf: ReadonlyMap<number, number>,
): Promise<MovieCopy[]> {
  if (freeOf.size > 0) {
    const perMovie = Math.max(...freeOf.values());
    return lendableByIds.all(manager, { ids, movies: JSON.stringify([...freeOf]), perMovie });
  }
  return ids.length > 0 ? lendableByIds.all(manager, { ids }) : [];
}
