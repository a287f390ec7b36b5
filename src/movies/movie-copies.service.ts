import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Once } from '../kernel/once.js';
import type { Page, PageRequest } from '../kernel/page.js';
import type { Precondition } from '../kernel/precondition.js';
import { MovieCopy, outOfStock } from './movie-copy.entity.js';
import { type CopyFilter, MovieCopyRepository } from './movie-copy.repository.js';
import { MovieRepository } from './movie.repository.js';
import { assertRoomFor } from './stock.js';

const participants = { movies: MovieRepository, copies: MovieCopyRepository };

@Injectable()
export class MovieCopiesService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  page(filter: CopyFilter, request: PageRequest): Promise<Page<MovieCopy>> {
    return this.unitOfWork.readPage(participants, request, ({ copies }) => copies.page(filter, request));
  }

  /** All copies a movie ever had, those lost or retired too. */
  pageOfMovie(movieId: number, filter: CopyFilter, request: PageRequest): Promise<Page<MovieCopy>> {
    return this.unitOfWork.read(participants, async ({ movies, copies }) => {
      await movies.assertFound(movieId);
      return copies.page({ ...filter, movieId }, request);
    });
  }

  get(id: number): Promise<MovieCopy> {
    return this.unitOfWork.readAtOnce(participants, ({ copies }) => copies.get(id));
  }

  add(movieId: number, code?: string, once?: Once<MovieCopy>): Promise<MovieCopy> {
    return this.unitOfWork.runOnce(once, participants, async ({ movies, copies }) => {
      assertRoomFor(1, await movies.getLocked(movieId));
      return copies.add(movieId, code);
    });
  }

  /** Members left out are kept. */
  change(
    id: number,
    fields: Partial<Pick<MovieCopy, 'code' | 'serviceState'>>,
    precondition?: Precondition<MovieCopy>,
  ): Promise<MovieCopy> {
    return this.unitOfWork.run(participants, async ({ movies, copies }) => {
      const copy = await copies.getLocked(id);
      precondition?.(copy);
      const { movieId, serviceState } = copy;
      const comesBack = fields.serviceState && !outOfStock.includes(fields.serviceState);
      if (comesBack && outOfStock.includes(serviceState)) assertRoomFor(1, await movies.getLocked(movieId));
      return copies.change(id, fields);
    });
  }

  drop(id: number, precondition?: Precondition<MovieCopy>): Promise<void> {
    return this.unitOfWork.run(participants, async ({ copies }) => {
      precondition?.(await copies.getLocked(id));
      await copies.drop(id);
    });
  }
}
