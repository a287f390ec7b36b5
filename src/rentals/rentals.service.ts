import { Injectable } from '@nestjs/common';
import { frozenTerms } from '../policy/terms.js';
import { BorrowerRepository } from './checkout/borrower.repository.js';
import { ClientRepository } from '../clients/client.repository.js';
import { EventRepository } from '../platform/events/event.repository.js';
import { UnitOfWork } from '../platform/database/unit-of-work.js';
import { Clock, nowOrLatest } from '../kernel/clock.js';
import type { Caller, Command } from '../kernel/command.js';
import { inOrder } from '../kernel/in-order.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { MovieCopyRepository } from '../movies/movie-copy.repository.js';
import { MovieRepository } from '../movies/movie.repository.js';
import { fillBasket, type BasketRepositories, type RentOrder } from './checkout/basket.js';
import { MovieRentDetailRepository } from './movie-rent-detail.repository.js';
import type { MovieRent } from './movie-rent.entity.js';
import { MovieRentRepository, type RentFilter } from './movie-rent.repository.js';
import { LineEndRepository } from './returns/line-end.repository.js';
import { amend } from './checkout/amendment.js';

/** As in docs/diagrams/rent-movies.mmd. */
const repositories = {
  borrowers: BorrowerRepository,
  movies: MovieRepository,
  copies: MovieCopyRepository,
  rents: MovieRentRepository,
  lines: MovieRentDetailRepository,
};
const readRepositories = { clients: ClientRepository, rents: MovieRentRepository };
const closeRepositories = { copies: MovieCopyRepository, rents: MovieRentRepository, lines: LineEndRepository };
const deleteRepositories = { copies: MovieCopyRepository, rents: MovieRentRepository, events: EventRepository };

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
    return this.unitOfWork
      .for(caller)
      .readPage(readRepositories, request, ({ rents }) => rents.page(filter, request, expand));
  }

  /** Returns the rentals of one client. */
  pageOfClient(
    clientId: number,
    filter: RentFilter,
    request: PageRequest,
    expand: 'client' | undefined,
    caller: Caller,
  ): Promise<Page<MovieRent>> {
    return this.unitOfWork.for(caller).read(readRepositories, async ({ clients, rents }) => {
      await clients.get(clientId);
      return rents.page({ ...filter, clientId }, request, expand);
    });
  }

  get(id: number, expand: 'client' | undefined, caller: Caller): Promise<MovieRent> {
    return this.unitOfWork.for(caller).readSingle(readRepositories, ({ rents }) => rents.get(id, expand));
  }

  /** Rents all copies of an order to its client, atomically. */
  rent(order: RentOrder, command: Command<MovieRent>): Promise<MovieRent> {
    const judge = (shop: BasketRepositories) => fillBasket(order, shop);
    return this.unitOfWork.for(command).runWithPrecheck(repositories, judge, async ({ rents, lines, ...shop }) => {
      const { copies, shop: policy } = await fillBasket(order, shop);
      const now = this.clock.now();
      const rent = await rents.create({ clientId: order.clientId, creationDatetime: now, voidedDatetime: null });
      // Even if the clock was set back, a copy must not be lent before its last return.
      const lendings = copies.map((copy) => {
        const lentDatetime = nowOrLatest(now, copy.lastReturn);
        return { copy, lentDatetime, terms: frozenTerms(copy.movie!, lentDatetime, policy) };
      });
      rent.details = await lines.open(rent.id, lendings);
      return command.isExpanded ? rents.get(rent.id, 'client') : rent;
    });
  }

  /** Corrects the client and the open lines of an open rental. */
  amend(id: number, order: RentOrder, command: Command<MovieRent>): Promise<MovieRent> {
    const expand = command.isExpanded ? 'client' : undefined;
    return this.unitOfWork.for(command).run(repositories, async (shop) => {
      const rent = await shop.rents.getForUpdate(id, 'no key update', expand);
      command.precondition?.(rent);
      await amend(rent, order, shop, this.clock.now());
      return shop.rents.get(id, expand);
    });
  }

  /** Returns all copies that are out. Idempotent: a closed rental is not changed. */
  close(id: number, command: Command<MovieRent>): Promise<MovieRent> {
    return this.unitOfWork.for(command).run(closeRepositories, async ({ copies, rents, lines }) => {
      const rent = await rents.getForUpdate(id);
      command.precondition?.(rent);
      const open = rent.details.filter(({ isOpen }) => isOpen);
      await inOrder(copies.lockMoviesOf([], copyIdsOf(rent)), lines.return(open, this.clock.now()));
      return rent;
    });
  }

  delete(id: number, { precondition, signal }: Command<MovieRent>): Promise<void> {
    return this.unitOfWork.for({ signal }).run(deleteRepositories, async ({ copies, rents, events }) => {
      const rent = await rents.getForUpdate(id);
      precondition?.(rent);
      await copies.lockMoviesOf([], copyIdsOf(rent));
      await rents.delete(id);
      await events.record({
        type: 'rental.deleted',
        resource: 'movie_rents',
        resourceId: id,
        creationDatetime: this.clock.now(),
        changes: { client_id: rent.clientId, movie_copy_ids: copyIdsOf(rent) },
      });
    });
  }
}

const copyIdsOf = ({ details }: MovieRent): number[] => details.map(({ movieCopyId }) => movieCopyId);
