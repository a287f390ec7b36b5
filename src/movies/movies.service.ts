import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { GenreRepository } from '../genres/genre.repository.js';
import type { Caller, Command } from '../kernel/command.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { MovieCopyRepository } from './movie-copy.repository.js';
import type { Movie, MovieFields } from './movie.entity.js';
import { type MovieFilter, MovieRepository } from './movie.repository.js';
import { stockChange, codesOfNew, type StockOrder } from './stock.js';

/** As in docs/diagrams/add-movie-with-stock.mmd. */
const repositories = { movies: MovieRepository, copies: MovieCopyRepository };
const movieRepositories = { movies: MovieRepository };
const genreRepositories = { genres: GenreRepository, movies: MovieRepository };

@Injectable()
export class MoviesService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  page(filter: MovieFilter, request: PageRequest, expand: 'genre' | undefined, caller: Caller): Promise<Page<Movie>> {
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
  ): Promise<Page<Movie>> {
    return this.unitOfWork.for(caller).read(genreRepositories, async ({ genres, movies }) => {
      await genres.get(genreId);
      return movies.page({ genreId }, request, expand);
    });
  }

  get(id: number, expand: 'genre' | undefined, caller: Caller): Promise<Movie> {
    return this.unitOfWork.for(caller).readSingle(movieRepositories, ({ movies }) => movies.get(id, expand));
  }

  add(fields: MovieFields, command: Command<Movie>): Promise<Movie> {
    return this.addWithStock(fields, { stock: 0 }, command);
  }

  /** Adds a movie with its copies, atomically. */
  addWithStock(fields: MovieFields, stock: StockOrder, command: Command<Movie>): Promise<Movie> {
    return this.unitOfWork.for(command).run(repositories, async ({ movies, copies }) => {
      const movie = await movies.add(fields);
      movie.copies = await copies.addMany(movie.id, codesOfNew(stock));
      return command.isExpanded ? movies.get(movie.id, 'genre') : movie;
    });
  }

  /** Absent fields are kept. */
  change(id: number, fields: Partial<MovieFields>, command: Command<Movie>): Promise<Movie> {
    const expand = command.isExpanded ? 'genre' : undefined;
    return this.unitOfWork.for(command).run(movieRepositories, async ({ movies }) => {
      command.precondition?.(await movies.getForUpdate(id, 'no key update', expand));
      await movies.change(id, fields);
      return movies.get(id, expand);
    });
  }

  /** Changes a movie and its stock, atomically. */
  changeWithStock(id: number, fields: MovieFields, order: StockOrder, command: Command<Movie>): Promise<Movie> {
    const expand = command.isExpanded ? 'genre' : undefined;
    return this.unitOfWork.for(command).run(repositories, async ({ movies, copies }) => {
      const movie = await movies.getForUpdate(id, 'no key update', expand);
      command.precondition?.(movie);
      const { codes, retired } = stockChange(movie, order);
      await movies.change(id, fields);
      await copies.addMany(id, codes);
      await copies.retireNewest(id, retired);
      return movies.get(id, expand);
    });
  }

  delete(id: number, { precondition, signal }: Command<Movie>): Promise<void> {
    return this.unitOfWork.for({ signal }).run(movieRepositories, async ({ movies }) => {
      precondition?.(await movies.getForUpdate(id, 'update'));
      await movies.drop(id);
    });
  }
}
