import { Injectable } from '@nestjs/common';
import type { CalendarDate } from '../../kernel/calendar.js';
import { Clock } from '../../kernel/clock.js';
import { assertOwn, type Caller, type Command } from '../../kernel/command.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import { UnitOfWork } from '../../platform/database/unit-of-work.js';
import type { Change } from '../../platform/events/change.js';
import { EventRepository } from '../../platform/events/event.repository.js';
import { liftedBy, type Override, overrideEvents } from '../checkout/override.js';
import { checkBlocks } from '../checkout/rules.js';
import { BorrowerRepository } from '../checkout/borrower.repository.js';
import { findLines, type LineName, pathOf } from '../line-name.js';
import { LineRepository } from '../lines/line.repository.js';
import type { MovieRent, MovieRentDetail } from '../movie-rent.entity.js';
import { MovieRentRepository } from '../movie-rent.repository.js';
import { changeOfLine } from '../rental-events.js';
import { RenewalRefused, RentVoided } from '../rentals.errors.js';
import { checkRenewal, type OverridableRenewalRule, renewedDueDate } from './renewal-rules.js';
import type { Renewal } from './renewal.entity.js';
import { RenewalRepository } from './renewal.repository.js';

/** The lines of a rental to renew, all or none. */
export interface RenewalOrder {
  readonly lines: readonly LineName[];
  readonly override?: Override<OverridableRenewalRule>;
}

const repositories = {
  rents: MovieRentRepository,
  borrowers: BorrowerRepository,
  renewals: RenewalRepository,
  events: EventRepository,
};
const readRepositories = { lines: LineRepository, renewals: RenewalRepository };

@Injectable()
export class RenewalsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  pageOfLine(lineId: number, request: PageRequest, caller: Caller): Promise<Page<Renewal>> {
    return this.unitOfWork.for(caller).read(readRepositories, async ({ lines, renewals }) => {
      const line = await lines.get(lineId);
      assertOwn(caller, line.movieRent!.clientId, 'Movie rent detail');
      return renewals.page(lineId, request);
    });
  }

  /** Extends the due dates of lines, all or none. */
  async renew(rentId: number, order: RenewalOrder, command: Command<MovieRent>): Promise<MovieRent> {
    if (command.customerId !== undefined) await this.assertOwnRent(rentId, command);
    return this.unitOfWork.for(command).run(repositories, async ({ rents, borrowers, renewals, events }) => {
      const rent = await rents.getForUpdate(rentId);
      assertOwn(command, rent.clientId, 'Movie rent');
      command.precondition?.(rent);
      if (rent.voidedDatetime) throw new RentVoided(rent.id);
      const lines = findLines(order.lines, rent.details);
      const borrower = await borrowers.getForUpdate(rent.clientId);
      const { shop } = borrower;
      const now = this.clock.now();

      const extensions = lines.map((line) => ({ line, due: renewedDueDate(line, shop, now) }));
      const refusals = [
        ...checkBlocks(borrower, now),
        ...extensions.flatMap(({ line, due }, index) =>
          checkRenewal(line, due, shop, pathOf(index, order.lines[index]!)),
        ),
      ];
      const lifted = liftedBy(order.override, refusals);
      if (lifted.length < refusals.length) throw new RenewalRefused(refusals.filter((each) => !lifted.includes(each)));

      const renewed = extensions.map(({ line, due }) => lineRenewed(line, due!.dueOn, now));
      await renewals.renew(
        extensions.map(({ line, due }) => ({ line, due: due! })),
        now,
        command,
      );
      events.record(command, ...renewed, ...overrideEvents(rentId, order.override, { lifted, now }));
      return rent;
    });
  }

  /** Also before an idempotent replay: the rental may have moved to another client since. @throws NotFound */
  private async assertOwnRent(id: number, caller: Caller): Promise<void> {
    const rent = await this.unitOfWork
      .for(caller)
      .readSingle({ rents: MovieRentRepository }, ({ rents }) => rents.get(id));
    assertOwn(caller, rent.clientId, 'Movie rent');
  }
}

/** @param dueOn the new due date; `line` has the former one */
const lineRenewed = (line: MovieRentDetail, dueOn: CalendarDate | null, now: Date): Change =>
  changeOfLine('line.renewed', now, line, {
    movie_rent_id: line.movieRentId,
    due_on: { from: line.dueOn, to: dueOn },
  });
