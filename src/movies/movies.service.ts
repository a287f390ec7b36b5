import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { GenreRepository } from '../genres/genre.repository.js';
import { Clock } from '../kernel/clock.js';
import type { Caller, Command } from '../kernel/command.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { MovieCopyRepository } from './movie-copy.repository.js';
import type { StockedMovie } from './movie-copy.entity.js';
import { changeOfMovie, type MovieFields, movieMembers } from './movie.entity.js';
import { type MovieFilter, MovieRepository } from './movie.repository.js';
import { stockChange, codesOfNew, type StockOrder } from './stock.js';

/** As in docs/diagrams/add-movie-with-stock.mmd. */
const repositories = { movies: MovieRepository, copies: MovieCopyRepository, events: EventRepository };
const movieRepositories = { movies: MovieRepository };
const genreRepositories = { genres: GenreRepository, movies: MovieRepository };

@Injectable()
export class MoviesService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  page(
    filter: MovieFilter,
    request: PageRequest,
    expand: 'genre' | undefined,
    caller: Caller,
  ): Promise<Page<StockedMovie>> {
    return this.unitOfWork
      .for(caller)
      .readPage(movieRepositories, request, ({ movies }) => movies.page(filter, request, expand));
  }

  /** Returns the movies of one genre. */
  pageOfGenre(
    genreId: number,
    request: PageRequest,
    expand: 'genre' | undefined,
    caller: Caller,
  ): Promise<Page<StockedMovie>> {
    return this.unitOfWork.for(caller).read(genreRepositories, async ({ genres, movies }) => {
      await genres.get(genreId);
      return movies.page({ genreId }, request, expand);
    });
  }

  get(id: number, expand: 'genre' | undefined, caller: Caller): Promise<StockedMovie> {
    return this.unitOfWork.for(caller).readSingle(movieRepositories, ({ movies }) => movies.get(id, expand));
  }

  create(fields: MovieFields, command: Command<StockedMovie>): Promise<StockedMovie> {
    return this.createWithStock(fields, { stock: 0 }, command);
  }

  /** Adds a movie with its copies, atomically. */
  createWithStock(fields: MovieFields, stock: StockOrder, command: Command<StockedMovie>): Promise<StockedMovie> {
    return this.unitOfWork.for(command).run(repositories, async ({ movies, copies, events }) => {
      const movie = await movies.create(fields);
      movie.copies = await copies.createMany(movie.id, codesOfNew(stock));
      const changes = { ...movieMembers.of(movie), movie_copy_ids: idsOf(movie.copies) };
      events.record(command, changeOfMovie('movie.created', this.clock.now(), movie, changes));
      return command.isExpanded ? movies.get(movie.id, 'genre') : movie;
    });
  }

  /** Absent fields are kept. */
  update(id: number, fields: Partial<MovieFields>, command: Command<StockedMovie>): Promise<StockedMovie> {
    const expand = command.isExpanded ? 'genre' : undefined;
    return this.unitOfWork.for(command).run(repositories, async ({ movies, events }) => {
      const former = await movies.getForUpdate(id, 'no key update', expand);
      command.precondition?.(former);
      await movies.update(id, fields);
      const movie = await movies.get(id, expand);
      events.record(
        command,
        changeOfMovie('movie.updated', this.clock.now(), movie, movieMembers.between(former, movie)),
      );
      return movie;
    });
  }

  /** Changes a movie and its stock, atomically. */
  updateWithStock(
    id: number,
    fields: MovieFields,
    order: StockOrder,
    command: Command<StockedMovie>,
  ): Promise<StockedMovie> {
    const expand = command.isExpanded ? 'genre' : undefined;
    return this.unitOfWork.for(command).run(repositories, async ({ movies, copies, events }) => {
      const former = await movies.getForUpdate(id, 'no key update', expand);
      command.precondition?.(former);
      const { codes, retired } = stockChange(former, order);
      await movies.update(id, fields);
      const addedIds = idsOf(await copies.createMany(id, codes));
      const retiredIds = await copies.retireNewest(id, retired);
      const movie = await movies.get(id, expand);
      const changes = {
        ...movieMembers.between(former, movie),
        ...(addedIds.length > 0 && { added_movie_copy_ids: addedIds }),
        ...(retiredIds.length > 0 && { retired_movie_copy_ids: retiredIds }),
      };
      events.record(command, changeOfMovie('movie.updated', this.clock.now(), movie, changes));
      return movie;
    });
  }

  delete(id: number, command: Command<StockedMovie>): Promise<void> {
    const { precondition, signal } = command;
    return this.unitOfWork.for({ signal }).run(repositories, async ({ movies, events }) => {
      const movie = await movies.getForUpdate(id, 'update');
      precondition?.(movie);
      const changes = { ...movieMembers.of(movie), movie_copy_ids: await movies.delete(movie) };
      events.record(command, changeOfMovie('movie.deleted', this.clock.now(), movie, changes));
    });
  }
}

const idsOf = (copies: readonly { readonly id: number }[]): number[] => copies.map(({ id }) => id);
