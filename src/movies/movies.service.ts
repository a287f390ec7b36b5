import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { GenreRepository } from '../genres/genre.repository.js';
import type { Caller, Command } from '../kernel/command.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { MovieCopyRepository } from './movie-copy.repository.js';
import type { StockedMovie } from './movie-copy.entity.js';
import type { MovieFields } from './movie.entity.js';
import { type MovieFilter, MovieRepository } from './movie.repository.js';
import { stockChange, codesOfNew, type StockOrder } from './stock.js';

/** As in docs/diagrams/add-movie-with-stock.mmd. */
const repositories = { movies: MovieRepository, copies: MovieCopyRepository };
const movieRepositories = { movies: MovieRepository };
const genreRepositories = { genres: GenreRepository, movies: MovieRepository };

@Injectable()
export class MoviesService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

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
    return this.unitOfWork.for(command).run(repositories, async ({ movies, copies }) => {
      const movie = await movies.create(fields);
      movie.copies = await copies.createMany(movie.id, codesOfNew(stock));
      return command.isExpanded ? movies.get(movie.id, 'genre') : movie;
    });
  }

  /** Absent fields are kept. */
  update(id: number, fields: Partial<MovieFields>, command: Command<StockedMovie>): Promise<StockedMovie> {
    const expand = command.isExpanded ? 'genre' : undefined;
    return this.unitOfWork.for(command).run(movieRepositories, async ({ movies }) => {
      command.precondition?.(await movies.getForUpdate(id, 'no key update', expand));
      await movies.update(id, fields);
      return movies.get(id, expand);
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
    return this.unitOfWork.for(command).run(repositories, async ({ movies, copies }) => {
      const movie = await movies.getForUpdate(id, 'no key update', expand);
      command.precondition?.(movie);
      const { codes, retired } = stockChange(movie, order);
      await movies.update(id, fields);
      await copies.createMany(id, codes);
      await copies.retireNewest(id, retired);
      return movies.get(id, expand);
    });
  }

  delete(id: number, { precondition, signal }: Command<StockedMovie>): Promise<void> {
    return this.unitOfWork.for({ signal }).run(movieRepositories, async ({ movies }) => {
      precondition?.(await movies.getForUpdate(id, 'update'));
      await movies.delete(id);
    });
  }
}
