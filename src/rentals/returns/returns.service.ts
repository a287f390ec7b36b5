import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import type { Command } from '../../kernel/command.js';
import { inOrder } from '../../kernel/in-order.js';
import { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import { UnitOfWork } from '../../platform/database/unit-of-work.js';
import { EventRepository } from '../../platform/events/event.repository.js';
import { type MovieRent, type MovieRentDetail } from '../movie-rent.entity.js';
import { MovieRentRepository } from '../movie-rent.repository.js';
import { giveBack } from './give-back.js';
import { LineEndRepository } from './line-end.repository.js';
import { matchReturns, type ReturnOrder } from './return-order.js';
import { type CopyName, outcomesOf, type ReturnedCopy } from './returned-stack.js';

const repositories = {
  rents: MovieRentRepository,
  copies: MovieCopyRepository,
  lines: LineEndRepository,
  events: EventRepository,
};

@Injectable()
export class ReturnsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Returns lines of a rental. Idempotent: a returned line keeps its time. */
  returnLines(rentId: number, order: readonly ReturnOrder[], command: Command<MovieRent>): Promise<MovieRent> {
    return this.unitOfWork.for(command).run(repositories, async ({ rents, ...shop }) => {
      const rent = await rents.getForUpdate(rentId);
      const returns = matchReturns(order, rent.details);
      await shop.copies.lockMoviesOf([], copyIdsOf(returns.map(({ line }) => line)));
      await giveBack(returns, shop, this.clock.now());
      return rent;
    });
  }

  /** Returns copies of any rentals, each judged by itself. */
  returnStack(names: readonly CopyName[], command: Command<readonly ReturnedCopy[]>): Promise<readonly ReturnedCopy[]> {
    return this.unitOfWork.for(command).run(repositories, async (shop) => {
      const { copies, lines } = shop;
      const found = await copies.findNamed(
        names.flatMap(({ movieCopyId }) => movieCopyId ?? []),
        names.flatMap(({ code }) => code ?? []),
      );
      const copyIds = found.map(({ id }) => id);
      const last = await lines.findLastOf(copyIds);
      const [, , current] = await inOrder(
        lines.lockRents(last.map(({ movieRentId }) => movieRentId)),
        copies.lockMoviesOf([], copyIds),
        lines.find(last.map(({ id }) => id)),
      );
      // A copy that was lent on another rental while this request waited for its locks stays out there: it was in before.
      const same = current.filter((line) =>
        last.some(({ id, movieCopyId }) => line.id === id && line.movieCopyId === movieCopyId),
      );
      const ended = await giveBack(
        same.map((line) => ({ line })),
        shop,
        this.clock.now(),
      );
      return outcomesOf(names, found, same, ended);
    });
  }
}

const copyIdsOf = (lines: readonly MovieRentDetail[]): number[] => lines.map(({ movieCopyId }) => movieCopyId);
