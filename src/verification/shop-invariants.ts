import type { EntityTarget } from 'typeorm';
import { Client } from '../clients/client.entity.js';
import { Genre } from '../genres/genre.entity.js';
import { MovieCopy } from '../movies/movie-copy.entity.js';
import { Movie } from '../movies/movie.entity.js';
import { MovieRentDetail } from '../rentals/movie-rent-detail.entity.js';
import { MovieRent } from '../rentals/movie-rent.entity.js';
import { futureInstants, latestPlausibleInstant } from './future-instants.js';
import { type Invariant, offending, type Row, type Rows } from './invariant.js';

/** What no constraint of the database can say, and is true of the shop's rows all the same. */
export const shopInvariants: readonly (Invariant & { readonly of: EntityTarget<Row> })[] = [
  derivedText(Genre, Genre.columnsOf, ['nameKey']),
  derivedText(Movie, Movie.columnsOf, ['titleSearch']),
  derivedText(MovieCopy, MovieCopy.columnsOf, ['codeKey']),
  derivedText(Client, Client.columnsOf, ['nameSearch', 'nameSort', 'licenseKey']),
  {
    of: MovieRent,
    remedy: 'Take the rental back with DELETE /movie_rents/{id}, or restore its lines from a backup.',
    offences: (rows) =>
      offending(
        rows.leftJoin(MovieRentDetail, 'line', 'line.movieRentId = row.id').andWhere('line.id IS NULL'),
        () => 'it has no lines',
      ),
  },
  {
    of: MovieRentDetail,
    remedy: 'Set its returned_datetime to when the copy came back.',
    offences: (rows) =>
      offending<{ returned: string; lent: string }>(
        rows
          .addSelect('row.returnedDatetime', 'returned')
          .addSelect('row.lentDatetime', 'lent')
          .andWhere('row.returnedDatetime < row.lentDatetime'),
        ({ returned, lent }) => `it was returned at ${returned}, before it was lent at ${lent}`,
      ),
  },
  {
    of: MovieRentDetail,
    remedy: 'Find out when the copy was lent and when it came back, and correct lent_datetime or returned_datetime.',
    // The later of two loans offends. Two open lines of one copy are named by the unique index.
    offences: (rows) =>
      offending<{ lent: string; other: number }>(
        rows
          .addSelect('row.lentDatetime', 'lent')
          .addSelect('MIN(other.id)', 'other')
          .innerJoin(MovieRentDetail, 'other', 'other.movieCopyId = row.movieCopyId AND other.id <> row.id')
          .andWhere(
            '(other.lentDatetime < row.lentDatetime OR (other.lentDatetime = row.lentDatetime AND other.id < row.id))',
          )
          .andWhere('(other.returnedDatetime > row.lentDatetime OR other.returnedDatetime IS NULL)')
          .andWhere('(other.returnedDatetime IS NOT NULL OR row.returnedDatetime IS NOT NULL)')
          .groupBy('row.id')
          .addGroupBy('row.lentDatetime'),
        ({ lent, other }) => `its copy was lent at ${lent}, while row ${other} had it`,
      ),
  },
  ...futureInstants.map(({ of, property, column }) => ({
    of,
    remedy:
      'Set the clock of the machine right, if it is wrong. Then end the service, back up, and run npm run repair:instants.',
    offences: (rows: Rows) =>
      offending<{ instant: string }>(
        rows
          .addSelect(`row.${property}`, 'instant')
          .andWhere(`row.${property} > :limit`, { limit: latestPlausibleInstant() }),
        ({ instant }) => `its ${column} is ${instant}, which is in the future`,
      ),
  })),
];

/** Texts that are found and sorted by what the entity computes of them. */
function derivedText<Entity extends Row>(
  entity: new () => Entity,
  columnsOf: (row: Entity) => Partial<Entity>,
  members: readonly (keyof Entity & string)[],
): Invariant & { readonly of: EntityTarget<Row> } {
  return {
    of: entity,
    remedy: 'Read it and send it back as it is (PUT): that computes the text anew.',
    offences: async (rows) => {
      const metadata = rows.connection.getMetadata(entity);
      const found = (await rows.select('row').getMany()) as unknown as Entity[];
      return found.flatMap((row) => {
        const computed = columnsOf(row);
        const wrong = members.filter((member) => row[member] !== computed[member]);
        const names = wrong.map((member) => metadata.findColumnWithPropertyName(member)!.databaseName);
        return names.map((name) => ({ id: row.id, what: `its ${name} isn't what follows from its text` }));
      });
    },
  };
}
