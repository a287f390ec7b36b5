import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import type { Caller } from '../../kernel/command.js';
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
    return this.unitOfWork
      .for(caller)
      .readPage(repositories, request, ({ lines }) => lines.page(filter, request, now, expand));
  }

  get(id: number, expand: 'client' | undefined, caller: Caller): Promise<MovieRentDetail> {
    return this.unitOfWork.for(caller).readSingle(repositories, ({ lines }) => lines.get(id, expand));
  }
}
