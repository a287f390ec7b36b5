import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { Clock } from '../kernel/clock.js';
import type { Caller, Command } from '../kernel/command.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { changesOf } from '../platform/events/change.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { type Genre, type GenreFields, genreMembers } from './genre.entity.js';
import { GenreRepository } from './genre.repository.js';

const repositories = { genres: GenreRepository, events: EventRepository };
const readRepositories = { genres: GenreRepository };
const changeOf = changesOf('genres');

@Injectable()
export class GenresService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  page(request: PageRequest, caller: Caller): Promise<Page<Genre>> {
    return this.unitOfWork.for(caller).readPage(readRepositories, request, ({ genres }) => genres.page(request));
  }

  get(id: number, caller: Caller): Promise<Genre> {
    return this.unitOfWork.for(caller).readSingle(readRepositories, ({ genres }) => genres.get(id));
  }

  create(fields: GenreFields, command: Command<Genre>): Promise<Genre> {
    return this.unitOfWork.for(command).run(repositories, async ({ genres, events }) => {
      const genre = await genres.create(fields);
      events.record(command, changeOf('genre.created', this.clock.now(), genre, genreMembers.of(genre)));
      return genre;
    });
  }

  /** Absent fields are kept. */
  update(id: number, fields: Partial<GenreFields>, command: Command<Genre>): Promise<Genre> {
    return this.unitOfWork.for(command).run(repositories, async ({ genres, events }) => {
      const former = await genres.getForUpdate(id);
      command.precondition?.(former);
      const genre = await genres.update(former, fields);
      events.record(command, changeOf('genre.updated', this.clock.now(), genre, genreMembers.between(former, genre)));
      return genre;
    });
  }

  delete(id: number, command: Command<Genre>): Promise<void> {
    return this.unitOfWork.for({ signal: command.signal }).run(repositories, async ({ genres, events }) => {
      const genre = await genres.getForUpdate(id, 'update');
      command.precondition?.(genre);
      await genres.delete(genre);
      events.record(command, changeOf('genre.deleted', this.clock.now(), genre, genreMembers.of(genre)));
    });
  }
}
