import { Injectable } from '@nestjs/common';
import { BorrowerRepository } from './checkout/borrower.repository.js';
import { ClientRepository } from '../clients/client.repository.js';
import { ShopRepository } from '../policy/shop.repository.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { IdempotencyKeyRepository } from '../platform/database/idempotency/idempotency-key.repository.js';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { Clock } from '../kernel/clock.js';
import { assertOwn, ownClientId, type Caller, type Command } from '../kernel/command.js';
import { inOrder } from '../kernel/in-order.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { MovieCopyRepository } from '../movies/movie-copy.repository.js';
import { MovieRepository } from '../movies/movie.repository.js';
import { type Lending, MovieRentDetailRepository } from './movie-rent-detail.repository.js';
import type { MovieRent } from './movie-rent.entity.js';
import { MovieRentRepository, type RentFilter } from './movie-rent.repository.js';
import { lineReturned, rentalCorrected, rentalDeleted, rentalOpened } from './rental-events.js';
import { CorrectionTimeOver } from './rentals.errors.js';
import { resourcesGone, resourcesOfRent } from './resources-of-client.js';
import { LineEndRepository } from './returns/line-end.repository.js';
import { amend, planAmendment } from './checkout/amendment.js';
import { bringIntoService, lendingOf } from './checkout/lending.js';
import { checkOrder, type OrderCheck, permit } from './checkout/order-check.js';
import type { CheckOutRepositories } from './checkout/ordered-copies.js';
import { overrideEvents } from './checkout/override.js';
import type { RentOrder } from './checkout/rent-order.js';

/** As in docs/diagrams/rent-movies.mmd. */
const repositories = {
  borrowers: BorrowerRepository,
  movies: MovieRepository,
  copies: MovieCopyRepository,
  rents: MovieRentRepository,
  lines: MovieRentDetailRepository,
  events: EventRepository,
};
const amendRepositories = { ...repositories, ends: LineEndRepository, idempotencyKeys: IdempotencyKeyRepository };
const readRepositories = { clients: ClientRepository, rents: MovieRentRepository };
const closeRepositories = {
  copies: MovieCopyRepository,
  rents: MovieRentRepository,
  lines: LineEndRepository,
  events: EventRepository,
};
const deleteRepositories = {
  copies: MovieCopyRepository,
  rents: MovieRentRepository,
  lines: MovieRentDetailRepository,
  events: EventRepository,
  shops: ShopRepository,
  idempotencyKeys: IdempotencyKeyRepository,
};

/** The refusals of a rental, and the time and terms of each line whose copy was found. */
export interface RentPreview extends Pick<OrderCheck, 'refusals'> {
  readonly lendings: readonly (Lending | undefined)[];
}

@Injectable()
export class RentalsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  page(
    filter: RentFilter,
    request: PageRequest,
    expand: 'client' | undefined,
    caller: Caller,
  ): Promise<Page<MovieRent>> {
    const own = { ...filter, clientId: ownClientId(caller, filter.clientId) };
    return this.unitOfWork
      .for(caller)
      .readPage(readRepositories, request, ({ rents }) => rents.page(own, request, expand));
  }

  /** Returns the rentals of one client. */
  async pageOfClient(
    clientId: number,
    filter: RentFilter,
    request: PageRequest,
    expand: 'client' | undefined,
    caller: Caller,
  ): Promise<Page<MovieRent>> {
    assertOwn(caller, clientId, 'Client');
    return this.unitOfWork.for(caller).read(readRepositories, async ({ clients, rents }) => {
      await clients.get(clientId);
      return rents.page({ ...filter, clientId }, request, expand);
    });
  }

  async get(id: number, expand: 'client' | undefined, caller: Caller): Promise<MovieRent> {
    const rent = await this.unitOfWork.for(caller).readSingle(readRepositories, ({ rents }) => rents.get(id, expand));
    assertOwn(caller, rent.clientId, 'Movie rent');
    return rent;
  }

  /** Rents all copies of an order to its client, atomically. */
  rent(order: RentOrder, command: Command<MovieRent>): Promise<MovieRent> {
    const check = (unit: CheckOutRepositories) => permit(order, unit, this.clock);
    return this.unitOfWork.for(command).runWithPrecheck(repositories, check, async (unit) => {
      const permission = await check(unit);
      const { rents, lines, events } = unit;
      const creationDatetime = permission.now;
      const rent = await rents.create({ clientId: order.clientId, creationDatetime, voidedDatetime: null });
      const brought = await bringIntoService(permission, unit.copies);
      const lendings = permission.copies.map((copy) => lendingOf(copy, permission));
      rent.details = await lines.open(rent, lendings);
      events.record(command, rentalOpened(rent), ...overrideEvents(rent.id, order.override, permission), ...brought);
      return command.isExpanded ? rents.get(rent.id, 'client') : rent;
    });
  }

  /** Checks an order as `rent` would now. Changes and locks nothing. */
  preview(order: RentOrder, caller: Caller): Promise<RentPreview> {
    return this.unitOfWork.for(caller).read(repositories, async (unit) => {
      const check = await checkOrder(order, unit, this.clock);
      const lendings = check.copies.map((copy) => copy && lendingOf(copy, check));
      return { refusals: check.refusals, lendings };
    });
  }

  /** Corrects the client and the open lines of an open rental. */
  amend(id: number, order: RentOrder, command: Command<MovieRent>): Promise<MovieRent> {
    const expand = command.isExpanded ? 'client' : undefined;
    const plan = async (unit: CheckOutRepositories & { readonly rents: MovieRentRepository }) => {
      const rent = await unit.rents.getForUpdate(id, 'no key update', expand);
      command.precondition?.(rent);
      return { rent, amendment: await planAmendment(rent, order, unit, this.clock) };
    };
    return this.unitOfWork.for(command).runWithPrecheck(amendRepositories, plan, async (unit) => {
      const { rent, amendment } = await plan(unit);
      const overrides = amendment ? await amend(rent, order, amendment, unit) : [];
      const amended = await unit.rents.get(id, expand);
      await unit.idempotencyKeys.eraseAnswers(resourcesGone(rent, amended));
      unit.events.record(command, rentalCorrected(rent, amended, this.clock.now()), ...overrides);
      return amended;
    });
  }

  /** Returns all copies that are out. Idempotent: a closed rental is not changed. */
  close(id: number, command: Command<MovieRent>): Promise<MovieRent> {
    return this.unitOfWork.for(command).run(closeRepositories, async ({ copies, rents, lines, events }) => {
      const rent = await rents.getForUpdate(id);
      command.precondition?.(rent);
      const open = rent.details.filter(({ isOpen }) => isOpen);
      const now = this.clock.now();
      await inOrder(copies.lockMoviesOf(rent.details), lines.return(open, now));
      events.record(command, ...open.map((line) => lineReturned(line, now)));
      return rent;
    });
  }

  delete(id: number, command: Command<MovieRent>): Promise<void> {
    const { precondition, signal } = command;
    return this.unitOfWork.for({ signal }).run(deleteRepositories, async (unit) => {
      const { copies, rents, lines, events, idempotencyKeys, shops } = unit;
      const rent = await rents.getForUpdate(id);
      precondition?.(rent);
      const now = this.clock.now();
      const { correctionMinutes } = await shops.get();
      const ageMs = now.getTime() - rent.creationDatetime.getTime();
      if (correctionMinutes !== null && ageMs > correctionMinutes * 60_000) {
        throw new CorrectionTimeOver(correctionMinutes);
      }
      await copies.lockMoviesOf(rent.details);
      await lines.deleteLines(rent.details);
      await rents.delete(id);
      await idempotencyKeys.eraseAnswers(resourcesOfRent(rent));
      events.record(command, rentalDeleted(rent, now));
    });
  }
}
