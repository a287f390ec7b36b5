import { Injectable } from '@nestjs/common';
import { ImportedRowRepository } from '../imports/imported-row.repository.js';
import { Clock } from '../kernel/clock.js';
import type { Command } from '../kernel/command.js';
import { type StockedMovie, stockOf } from '../movies/movie-copy.entity.js';
import { MovieCopyRepository } from '../movies/movie-copy.repository.js';
import { changeOfMovie, type MovieFields } from '../movies/movie.entity.js';
import { MovieRepository } from '../movies/movie.repository.js';
import { assertRoomFor } from '../movies/stock.js';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { findDuplicate, type Merge, missingMembers, namesOf } from './merge.js';

const repositories = {
  movies: MovieRepository,
  copies: MovieCopyRepository,
  importedRows: ImportedRowRepository,
  events: EventRepository,
};

/** The members that a movie takes from a duplicate, by their names on the wire. */
const takenMembers = {
  description: 'description',
  director: 'director',
  rentalDays: 'rental_days',
  rentalRate: 'rental_rate',
  lateFeePerDay: 'late_fee_per_day',
  replacementCost: 'replacement_cost',
} as const satisfies Partial<Record<keyof MovieFields, string>>;

@Injectable()
export class MovieMergingService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Moves the copies of a duplicate, with their loans, to the surviving movie, and deletes the duplicate. */
  merge(id: number, { duplicateId, comment }: Merge, command: Command<StockedMovie>): Promise<StockedMovie> {
    return this.unitOfWork.for(command).run(repositories, async ({ movies, copies, importedRows, events }) => {
      await movies.lockAll([id, duplicateId], 'update');
      const movie = await movies.get(id);
      command.precondition?.(movie);
      const duplicate = await findDuplicate(movie, duplicateId, 'movieId', 'Movie', (other) => movies.get(other));
      assertRoomFor(stockOf(duplicate).stock, movie);

      const moved = {
        movie_copies: await copies.moveToMovie(duplicateId, id),
        imported_rows: await importedRows.redirect('movie', duplicateId, id),
      };
      await movies.delete(duplicate);
      const taken = missingMembers(movie, duplicate, takenMembers);
      await movies.update(id, taken);
      const changes = { movie_id: duplicateId, comment, moved, taken_members: namesOf(taken, takenMembers) };
      events.record(command, changeOfMovie('movie.merged', this.clock.now(), movie, changes));
      return movies.get(id);
    });
  }
}
