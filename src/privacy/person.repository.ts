import { type EntityManager, In, Like } from 'typeorm';
import { isOpen, Loan } from '../loans/loan.view.js';
import { dialectOf } from '../platform/database/dialect/dialect.js';
import { Event } from '../platform/events/event.entity.js';
import { MovieRent, MovieRentDetail } from '../rentals/movie-rent.entity.js';

/** The ids of all resources whose events may name a person. */
interface ResourcesOfPerson {
  /** The client, and the duplicates that were merged into it. */
  readonly clients: readonly number[];
  readonly rents: readonly number[];
  readonly lines: readonly number[];
}

type Details = readonly { readonly id: number }[];

/** Finds what belongs to a client, deleted resources included, of which only events are left. */
export class PersonRepository {
  constructor(private readonly manager: EntityManager) {}

  countOpenCopies(clientId: number): Promise<number> {
    return this.manager
      .createQueryBuilder(Loan, 'loan')
      .where(`loan.clientId = :clientId AND ${isOpen('loan')}`, { clientId })
      .getCount();
  }

  async resourcesOf(clientId: number): Promise<ResourcesOfPerson> {
    const clients = await this.withDuplicates(clientId);
    const former = await this.formerRents(clients);
    const rents = new Set([...former, ...(await this.rentsOf(clientId))]);
    const lines = new Set(await this.linesOf([...rents]));
    for (const { changes } of await this.events('movie_rents', [...rents], ['rental.deleted', 'rental.corrected'])) {
      const details = [...((changes['details'] ?? []) as Details), ...((changes['removed_details'] ?? []) as Details)];
      for (const { id } of details) lines.add(id);
    }
    return { clients, rents: [...rents], lines: [...lines] };
  }

  private async withDuplicates(clientId: number): Promise<number[]> {
    const clients = [clientId];
    for (const id of clients) {
      const merges = await this.events('clients', [id], ['client.merged']);
      clients.push(...merges.map(({ changes }) => changes['client_id'] as number));
    }
    return clients;
  }

  /** Returns the rentals of clients that were deleted, or moved to another client. */
  private async formerRents(clientIds: readonly number[]): Promise<number[]> {
    const events = await this.manager.find(Event, {
      select: { resourceId: true },
      where: clientIds.flatMap((id) => [
        { type: 'rental.deleted', changes: Like(`{"client_id":${id},%`) as never },
        { type: 'rental.corrected', changes: Like(`{"client_id":{"from":${id},%`) as never },
      ]),
    });
    return events.map(({ resourceId }) => resourceId);
  }

  private async rentsOf(clientId: number): Promise<number[]> {
    const rents = await this.manager.find(MovieRent, { select: { id: true }, where: { clientId } });
    return rents.map(({ id }) => id);
  }

  private async linesOf(rentIds: readonly number[]): Promise<number[]> {
    const dialect = dialectOf(this.manager.connection);
    const lines = await this.manager
      .createQueryBuilder(MovieRentDetail, 'line')
      .select('line.id', 'id')
      .where(dialect.isInList('line.movieRentId', ':rentIds'), { rentIds: dialect.listParameter(rentIds) })
      .getRawMany<{ id: number }>();
    return lines.map(({ id }) => id);
  }

  private async events(resource: string, ids: readonly number[], types: readonly string[]): Promise<Event[]> {
    if (ids.length === 0) return [];
    const dialect = dialectOf(this.manager.connection);
    return this.manager
      .createQueryBuilder(Event, 'event')
      .where({ resource, type: In([...types]) })
      .andWhere(dialect.isInList('event.resourceId', ':ids'), { ids: dialect.listParameter(ids) })
      .getMany();
  }
}
