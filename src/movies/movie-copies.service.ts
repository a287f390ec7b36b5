import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import type { Caller, Command } from '../kernel/command.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { type CopyFields, type MovieCopy, outOfStock } from './movie-copy.entity.js';
import { type CopyFilter, MovieCopyRepository } from './movie-copy.repository.js';
import { MovieRepository } from './movie.repository.js';
import { assertRoomFor } from './stock.js';

const repositories = { movies: MovieRepository, copies: MovieCopyRepository };

@Injectable()
export class MovieCopiesService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

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

  /** Absent fields are kept. */
  update(id: number, fields: Partial<CopyFields>, command: Command<MovieCopy>): Promise<MovieCopy> {
    return this.unitOfWork.for(command).run(repositories, async ({ movies, copies }) => {
      const copy = await copies.getForUpdate(id);
      command.precondition?.(copy);
      const { movieId, serviceState } = copy;
      const comesBack = fields.serviceState && !outOfStock.includes(fields.serviceState);
      if (comesBack && outOfStock.includes(serviceState)) assertRoomFor(1, await movies.getForUpdate(movieId));
      return copies.update(id, fields);
    });
  }

  delete(id: number, { precondition, signal }: Command<MovieCopy>): Promise<void> {
    return this.unitOfWork.for({ signal }).run(repositories, async ({ copies }) => {
      precondition?.(await copies.getForUpdate(id));
      await copies.delete(id);
    });
  }
}
