import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work.js';
import { GenreRepository } from '../genres/genre.repository.js';
import type { Once } from '../kernel/once.js';
import type { Page, PageRequest } from '../kernel/page.js';
import type { Precondition } from '../kernel/precondition.js';
import { MovieCopyRepository } from './movie-copy.repository.js';
import type { Movie, MovieFields } from './movie.entity.js';
import { type MovieFilter, MovieRepository } from './movie.repository.js';
import { surplus, withStock } from './stock.js';

/** The participants of docs/diagrams/add-movie-with-stock.mmd. */
const participants = { genres: GenreRepository, movies: MovieRepository, copies: MovieCopyRepository };
const reading = { movies: MovieRepository, copies: MovieCopyRepository };

@Injectable()
export class MoviesService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  page(filter: MovieFilter, request: PageRequest, expand?: 'genre'): Promise<Page<Movie>> {
    return this.unitOfWork.read(participants, async ({ genres, movies, copies }) => {
      const page = await movies.page(filter, request);
      if (expand) await withGenre(page.rows, genres);
      return { ...page, rows: await withStock(page.rows, copies) };
    });
  }

  /** The movies of one genre. */
  pageOfGenre(genreId: number, request: PageRequest, expand?: 'genre'): Promise<Page<Movie>> {
    return this.unitOfWork.read(participants, async ({ genres, movies, copies }) => {
      await genres.get(genreId);
      const page = await movies.page({ genreId }, request);
      if (expand) await withGenre(page.rows, genres);
      return { ...page, rows: await withStock(page.rows, copies) };
    });
  }

  get(id: number, expand?: 'genre'): Promise<Movie> {
    return this.unitOfWork.read(participants, async ({ genres, movies, copies }) => {
      const movie = await movies.get(id);
      if (expand) await withGenre([movie], genres);
      return shown(movie, copies);
    });
  }

  add(fields: MovieFields, once?: Once<Movie>): Promise<Movie> {
    return this.addWithStock(fields, 0, once);
  }

  /** Adds a movie with `stock` copies, or nothing at all. */
  addWithStock(fields: MovieFields, stock: number, once?: Once<Movie>): Promise<Movie> {
    return this.unitOfWork.runOnce(once, participants, async ({ genres, movies, copies }) => {
      await genres.assertKnown(fields.genreId);
      const movie = await movies.add(fields);
      await copies.addMany(movie.id, stock);
      return shown(movie, copies);
    });
  }

  /** Members left out are kept. */
  change(id: number, fields: Partial<MovieFields>, precondition?: Precondition<Movie>): Promise<Movie> {
    return this.unitOfWork.run(participants, async ({ genres, movies, copies }) => {
      precondition?.(await shown(await movies.getLocked(id), copies));
      if (fields.genreId !== undefined) await genres.assertKnown(fields.genreId);
      return shown(await movies.change(id, fields), copies);
    });
  }

  /** Changes a movie and raises or lowers its stock to `stock`, or changes nothing at all. */
  changeWithStock(id: number, fields: MovieFields, stock: number, precondition?: Precondition<Movie>): Promise<Movie> {
    return this.unitOfWork.run(participants, async ({ genres, movies, copies }) => {
      const movie = await shown(await movies.getLocked(id), copies);
      precondition?.(movie);
      await genres.assertKnown(fields.genreId);
      await movies.change(id, fields);
      await copies.addMany(id, stock - movie.stock);
      await copies.retire(surplus(movie, stock));
      return shown(await movies.get(id), copies);
    });
  }

  drop(id: number, precondition?: Precondition<Movie>): Promise<void> {
    return this.unitOfWork.run(reading, async ({ movies, copies }) => {
      precondition?.(await shown(await movies.getLocked(id, 'remove'), copies));
      await movies.drop(id);
    });
  }
}

async function withGenre(movies: readonly Movie[], genres: GenreRepository): Promise<void> {
  const found = await genres.findById(movies.map(({ genreId }) => genreId));
  for (const movie of movies) movie.genre = found.get(movie.genreId);
}

/** The movie as everybody sees it: with the copies in stock. */
async function shown(movie: Movie, copies: MovieCopyRepository): Promise<Movie> {
  await withStock([movie], copies);
  return movie;
}
