import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { assertOwn, ownClientId, type Caller } from '../../kernel/command.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import { UnitOfWork } from '../../platform/database/unit-of-work.js';
import type { MovieRentDetail } from '../movie-rent.entity.js';
import { type LineFilter, LineRepository } from './line.repository.js';

const repositories = { lines: LineRepository };

@Injectable()
export class LinesService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  page(
    filter: LineFilter,
    request: PageRequest,
    expand: 'client' | undefined,
    caller: Caller,
  ): Promise<Page<MovieRentDetail>> {
    const now = this.clock.now();
    const own = { ...filter, clientId: ownClientId(caller, filter.clientId) };
    return this.unitOfWork
      .for(caller)
      .readPage(repositories, request, ({ lines }) => lines.page(own, request, now, expand));
  }

  async get(id: number, expand: 'client' | undefined, caller: Caller): Promise<MovieRentDetail> {
    const line = await this.unitOfWork.for(caller).readSingle(repositories, ({ lines }) => lines.get(id, expand));
    assertOwn(caller, line.movieRent!.clientId, 'Movie rent detail');
    return line;
  }
}
