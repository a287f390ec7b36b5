import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import type { Caller, Command } from '../kernel/command.js';
import type { Page, PageRequest } from '../kernel/page.js';
import type { Genre, GenreFields } from './genre.entity.js';
import { GenreRepository } from './genre.repository.js';

const repositories = { genres: GenreRepository };

@Injectable()
export class GenresService {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  page(request: PageRequest, caller: Caller): Promise<Page<Genre>> {
    return this.unitOfWork.for(caller).readPage(repositories, request, ({ genres }) => genres.page(request));
  }

  get(id: number, caller: Caller): Promise<Genre> {
    return this.unitOfWork.for(caller).readSingle(repositories, ({ genres }) => genres.get(id));
  }

  create(fields: GenreFields, command: Command<Genre>): Promise<Genre> {
    return this.unitOfWork.for(command).run(repositories, ({ genres }) => genres.create(fields));
  }

  /** Absent fields are kept. */
  update(id: number, fields: Partial<GenreFields>, command: Command<Genre>): Promise<Genre> {
    return this.unitOfWork.for(command).run(repositories, async ({ genres }) => {
      command.precondition?.(await genres.getForUpdate(id));
      return genres.update(id, fields);
    });
  }

  delete(id: number, { precondition, signal }: Command<Genre>): Promise<void> {
    return this.unitOfWork.for({ signal }).run(repositories, async ({ genres }) => {
      precondition?.(await genres.getForUpdate(id, 'update'));
      await genres.delete(id);
    });
  }
}
