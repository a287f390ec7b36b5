import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Once } from '../kernel/once.js';
import type { Page, PageRequest } from '../kernel/page.js';
import type { Precondition } from '../kernel/precondition.js';
import type { Genre, GenreFields } from './genre.entity.js';
import { GenreRepository } from './genre.repository.js';

const participants = { genres: GenreRepository };

@Injectable()
export class GenresService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  page(request: PageRequest): Promise<Page<Genre>> {
    return this.unitOfWork.readPage(participants, request, ({ genres }) => genres.page(request));
  }

  get(id: number): Promise<Genre> {
    return this.unitOfWork.readAtOnce(participants, ({ genres }) => genres.get(id));
  }

  add(fields: GenreFields, once?: Once<Genre>): Promise<Genre> {
    return this.unitOfWork.runOnce(once, participants, ({ genres }) => genres.add(fields));
  }

  /** Members left out are kept. */
  change(
    id: number,
    fields: Partial<GenreFields>,
    precondition?: Precondition<Genre>,
    once?: Once<Genre>,
  ): Promise<Genre> {
    return this.unitOfWork.runOnce(once, participants, async ({ genres }) => {
      precondition?.(await genres.getLocked(id));
      return genres.change(id, fields);
    });
  }

  drop(id: number, precondition?: Precondition<Genre>): Promise<void> {
    return this.unitOfWork.run(participants, async ({ genres }) => {
      precondition?.(await genres.getLocked(id, 'remove'));
      await genres.drop(id);
    });
  }
}
