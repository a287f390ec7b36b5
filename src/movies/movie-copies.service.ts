import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { Clock } from '../kernel/clock.js';
import type { Caller, Command } from '../kernel/command.js';
import { unknownReference } from '../kernel/domain-error.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { type CopyChanges, type CopyFields, type MovieCopy, outOfStock } from './movie-copy.entity.js';
import { type CopyFilter, MovieCopyRepository } from './movie-copy.repository.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { MovieRepository } from './movie.repository.js';
import { assertRoomFor } from './stock.js';

const repositories = { movies: MovieRepository, copies: MovieCopyRepository };
const updateRepositories = { ...repositories, events: EventRepository };

@Injectable()
export class MovieCopiesService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  page(filter: CopyFilter, request: PageRequest, caller: Caller): Promise<Page<MovieCopy>> {
    return this.unitOfWork.for(caller).readPage(repositories, request, ({ copies }) => copies.page(filter, request));
  }

  /** Returns all copies of a movie, including lost and retired ones. */
  pageOfMovie(movieId: number, filter: CopyFilter, request: PageRequest, caller: Caller): Promise<Page<MovieCopy>> {
    return this.unitOfWork.for(caller).read(repositories, async ({ movies, copies }) => {
      await movies.assertFound(movieId);
      return copies.page({ ...filter, movieId }, request);
    });
  }

  get(id: number, caller: Caller): Promise<MovieCopy> {
    return this.unitOfWork.for(caller).readSingle(repositories, ({ copies }) => copies.get(id));
  }

  create(
    movieId: number,
    { code, serviceState = 'in_service' }: Partial<CopyFields>,
    command: Command<MovieCopy>,
  ): Promise<MovieCopy> {
    return this.unitOfWork.for(command).run(repositories, async ({ movies, copies }) => {
      const movie = await movies.getForUpdate(movieId);
      if (!outOfStock.includes(serviceState)) assertRoomFor(1, movie);
      return copies.create(movieId, code, serviceState);
    });
  }

  /** Changes a copy, and moves it if `movieId` is that of another movie. Absent members are kept. */
  update(id: number, changes: CopyChanges, command: Command<MovieCopy>): Promise<MovieCopy> {
    return this.unitOfWork.for(command).run(updateRepositories, async ({ movies, copies, events }) => {
      const { movieId: wanted } = changes;
      const copy = wanted === undefined ? await copies.getForUpdate(id) : await copies.getForMove(id, wanted);
      command.precondition?.(copy);
      const { movieId: former, serviceState: formerState } = copy;
      const { movieId = former, serviceState = formerState } = changes;
      const isMoved = movieId !== former;
      if (isMoved) {
        if (!(await movies.exists(movieId))) throw unknownReference(['movieId'], 'Movie', movieId);
        await copies.assertNeverRented(id, 'moved');
      }
      const isAdded = isMoved || outOfStock.includes(formerState);
      if (isAdded && !outOfStock.includes(serviceState)) assertRoomFor(1, await movies.getForUpdate(movieId));
      const updated = await copies.update(id, changes);
      if (isMoved) {
        await events.record({
          type: 'copy.moved',
          resource: 'movie_copies',
          resourceId: id,
          creationDatetime: this.clock.now(),
          changes: { movie_id: movieId, former_movie_id: former },
        });
      }
      return updated;
    });
  }

  delete(id: number, { precondition, signal }: Command<MovieCopy>): Promise<void> {
    return this.unitOfWork.for({ signal }).run(repositories, async ({ copies }) => {
      precondition?.(await copies.getForUpdate(id));
      await copies.delete(id);
    });
  }
}
