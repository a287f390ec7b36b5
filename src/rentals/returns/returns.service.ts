import { Injectable } from '@nestjs/common';
import { Clock, latest } from '../../kernel/clock.js';
import type { Command } from '../../kernel/command.js';
import { NotFound } from '../../kernel/domain-error.js';
import { inOrder } from '../../kernel/in-order.js';
import { outOfStock } from '../../movies/movie-copy.entity.js';
import { MovieCopyRepository } from '../../movies/movie-copy.repository.js';
import { assertLocked } from '../../platform/database/queries/row-lock.js';
import { UnitOfWork } from '../../platform/database/unit-of-work.js';
import { EventRepository } from '../../platform/events/event.repository.js';
import type { MovieRent, MovieRentDetail } from '../movie-rent.entity.js';
import { MovieRentRepository } from '../movie-rent.repository.js';
import { changeOfLine, changeOfRent } from '../rental-events.js';
import { LineReturned, RentVoided } from '../rentals.errors.js';
import { giveBack } from './give-back.js';
import { LineEndRepository } from './line-end.repository.js';
import { matchReturns, type ReturnOrder } from './return-order.js';
import { CopyLentSince, CopyWithdrawn, LineLost } from './returns.errors.js';
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
    return this.unitOfWork.for(command).run(repositories, async ({ rents, ...unit }) => {
      const rent = await rents.getForUpdate(rentId);
      command.precondition?.(rent);
      const returns = matchReturns(order, rent.details);
      await unit.copies.lockMoviesOf(returns.map(({ line }) => line));
      await giveBack(returns, unit, this.clock.now(), command);
      return rent;
    });
  }

  /** Returns copies of any rentals, each independent of the others. */
  returnStack(names: readonly CopyName[], command: Command<readonly ReturnedCopy[]>): Promise<readonly ReturnedCopy[]> {
    return this.unitOfWork.for(command).run(repositories, async (unit) => {
      const { copies, lines } = unit;
      const found = await copies.findNamed(
        names.flatMap(({ movieCopyId }) => movieCopyId ?? []),
        names.flatMap(({ code }) => code ?? []),
      );
      const copyIds = found.map(({ id }) => id);
      const last = await lines.findLastOf(copyIds);
      const [, locked, current] = await inOrder(
        lines.lockRents(last.map(({ movieRentId }) => movieRentId)),
        copies.lockMovies([], copyIds),
        lines.find(last.map(({ id }) => id)),
      );
      // A copy that was lent on another rental while this request waited for its locks is not returned: it had been in
      // the shop.
      const same = current.filter((line) =>
        last.some(({ id, movieCopyId }) => line.id === id && line.movieCopyId === movieCopyId),
      );
      assertLocked(
        locked,
        same.map(({ movieCopy }) => movieCopy!.movieId),
      );
      const ended = await giveBack(
        same.map((line) => ({ line })),
        unit,
        this.clock.now(),
        command,
      );
      return outcomesOf(names, found, same, ended);
    });
  }

  /** Ends a line by the loss of its copy. Idempotent: a lost line is not changed. */
  lose(lineId: number, command: Command<MovieRentDetail>): Promise<MovieRentDetail> {
    return this.unitOfWork.for(command).run(repositories, async ({ rents, copies, lines, events }) => {
      const { line } = await lockLine(lineId, rents, lines);
      command.precondition?.(line);
      if (line.lostDatetime) return line;
      if (!line.isOpen) throw new LineReturned([lineId]);
      await copies.lockMoviesOf([line]);
      const now = this.clock.now();
      await lines.lose(line, now);
      await copies.setServiceState([line.movieCopy!], 'lost');
      const changes = { movie_rent_id: line.movieRentId, movie_copy_id: line.movieCopyId };
      events.record(command, changeOfLine('line.lost', now, line, changes));
      return line;
    });
  }

  /**
   * Opens a line again that was returned by mistake, with its due date. If the return sent the copy to maintenance, the
   * copy is in service again. Idempotent: an open line is not changed.
   */
  undoReturn(lineId: number, comment: string, command: Command<MovieRentDetail>): Promise<MovieRentDetail> {
    return this.unitOfWork.for(command).run(repositories, async ({ rents, copies, lines, events }) => {
      const { rent, line } = await lockLine(lineId, rents, lines);
      command.precondition?.(line);
      if (rent.voidedDatetime) throw new RentVoided(rent.id);
      if (line.isOpen) return line;
      if (line.lostDatetime) throw new LineLost([lineId]);
      await copies.lockMoviesOf([line]);
      const [last] = await lines.findLastOf([line.movieCopyId]);
      if (last!.id !== lineId) throw new CopyLentSince(line.movieCopyId, last!.movieRentId);
      const { serviceState } = last!.movieCopy!;
      if (outOfStock.includes(serviceState)) throw new CopyWithdrawn(line.movieCopyId, serviceState);
      const sentAway = (await events.latestOf('movie_rent_details', [lineId])).get(lineId)?.changes['service_state'];
      if (serviceState === sentAway) await copies.setServiceState([line.movieCopy!], 'in_service');
      const returned = line.returnedDatetime!.toISOString();
      await lines.reopen(line);
      const changes = { comment, movie_copy_id: line.movieCopyId, returned_datetime: returned };
      events.record(command, changeOfLine('line.return_undone', this.clock.now(), line, changes));
      return line;
    });
  }

  /** Returns all copies of a rental that was entered by mistake, and marks it. Idempotent. */
  void(rentId: number, comment: string, command: Command<MovieRent>): Promise<MovieRent> {
    return this.unitOfWork.for(command).run(repositories, async ({ rents, copies, lines, events }) => {
      const rent = await rents.getForUpdate(rentId);
      command.precondition?.(rent);
      if (rent.voidedDatetime) return rent;
      const now = this.clock.now();
      const open = rent.details.filter(({ isOpen }) => isOpen);
      await inOrder(copies.lockMoviesOf(open), lines.return(open, now));
      await rents.void(rent, latest(now, rent.creationDatetime));
      const changes = { comment, returned_detail_ids: open.map(({ id }) => id) };
      events.record(command, changeOfRent('rental.voided', now, rent, changes));
      return rent;
    });
  }
}

/** Locks the rental of a line, and returns both. @throws NotFound */
async function lockLine(
  lineId: number,
  rents: MovieRentRepository,
  lines: LineEndRepository,
): Promise<{ rent: MovieRent; line: MovieRentDetail }> {
  const rent = await rents.getForUpdate(await lines.rentIdOf(lineId));
  const line = rent.details.find(({ id }) => id === lineId);
  if (!line) throw new NotFound('Movie rent detail');
  line.movieRent = rent;
  return { rent, line };
}
