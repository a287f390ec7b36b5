import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { Clock } from '../kernel/clock.js';
import type { Caller, Command } from '../kernel/command.js';
import { unknownReference } from '../kernel/domain-error.js';
import type { Page, PageRequest } from '../kernel/page.js';
import {
  changeOfCopy,
  type CopyChanges,
  type CopyFields,
  copyMembers,
  type MovieCopy,
  outOfStock,
} from './movie-copy.entity.js';
import { type CopyFilter, MovieCopyRepository } from './movie-copy.repository.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { MovieRepository } from './movie.repository.js';
import { assertRoomFor } from './stock.js';

const repositories = { movies: MovieRepository, copies: MovieCopyRepository, events: EventRepository };

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
    return this.unitOfWork.for(command).run(repositories, async ({ movies, copies, events }) => {
      const movie = await movies.getForUpdate(movieId);
      if (!outOfStock.includes(serviceState)) assertRoomFor(1, movie);
      const copy = await copies.create(movieId, code, serviceState);
      events.record(
        command,
        changeOfCopy('copy.created', this.clock.now(), copy, { movie_id: movieId, ...copyMembers.of(copy) }),
      );
      return copy;
    });
  }

  /** Changes a copy, and moves it if `movieId` is that of another movie. Absent members are kept. */
  update(id: number, changes: CopyChanges, command: Command<MovieCopy>): Promise<MovieCopy> {
    return this.unitOfWork.for(command).run(repositories, async ({ movies, copies, events }) => {
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
      const updated = await copies.update(copy, changes);
      events.record(
        command,
        changeOfCopy(
          'copy.moved',
          this.clock.now(),
          copy,
          isMoved ? { movie_id: movieId, former_movie_id: former } : {},
        ),
        changeOfCopy('copy.updated', this.clock.now(), copy, copyMembers.between(copy, updated)),
      );
      return updated;
    });
  }

  delete(id: number, command: Command<MovieCopy>): Promise<void> {
    const { precondition, signal } = command;
    return this.unitOfWork.for({ signal }).run(repositories, async ({ copies, events }) => {
      const copy = await copies.getForUpdate(id);
      precondition?.(copy);
      await copies.delete(copy);
      const changes = { movie_id: copy.movieId, ...copyMembers.of(copy) };
      events.record(command, changeOfCopy('copy.deleted', this.clock.now(), copy, changes));
    });
  }
}
