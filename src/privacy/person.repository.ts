import { type EntityManager, In, Like } from 'typeorm';
import { isOpen, Loan } from '../loans/loan.view.js';
import { dialectOf } from '../platform/database/dialect/dialect.js';
import { Event } from '../platform/events/event.entity.js';
import { MovieRent, MovieRentDetail } from '../rentals/movie-rent.entity.js';

/** The ids of all resources whose events may name a person. */
export interface ResourcesOfPerson {
  /** The client, and the duplicates that were merged into it. */
  readonly clients: readonly number[];
  readonly rents: readonly number[];
  readonly lines: readonly number[];
}

type Details = readonly { readonly id: number }[];

/** Finds the resources of a client, including deleted ones, of which only events are left. */
export class PersonRepository {
  constructor(private readonly manager: EntityManager) {}

  countOpenCopies(clientId: number): Promise<number> {
    return this.manager
      .createQueryBuilder(Loan, 'loan')
      .where(`loan.clientId = :clientId AND ${isOpen('loan')}`, { clientId })
      .getCount();
  }

  async resourcesOf(clientId: number): Promise<ResourcesOfPerson> {
    const clients = await this.clientsOf(clientId);
    const rents = [...(await this.formerRentsOf(clients)), ...(await this.rentsOf(clientId))];
    return { clients, rents, lines: [...(await this.rentsByLine(rents)).keys()] };
  }

  /** Returns a client, and the duplicates that were merged into it. */
  async clientsOf(clientId: number): Promise<number[]> {
    const clients = [clientId];
    for (const id of clients) {
      const merges = await this.events('clients', [id], ['client.merged']);
      clients.push(...merges.map(({ changes }) => changes['client_id'] as number));
    }
    return clients;
  }

  /**
   * Returns the former rentals of a client, which were deleted, or moved to another client.
   * @param clientIds the client, and the duplicates that were merged into it
   */
  async formerRentsOf(clientIds: readonly number[]): Promise<number[]> {
    const current = new Set(await this.rentsOf(clientIds[0]!));
    const events = await this.manager.find(Event, {
      select: { resourceId: true },
      where: clientIds.flatMap((id) => [
        { type: 'rental.deleted', changes: Like(`{"client_id":${id},%`) as never },
        { type: 'rental.corrected', changes: Like(`{"client_id":{"from":${id},%`) as never },
      ]),
      order: { resourceId: 'ASC' },
    });
    const moved = new Set(events.map(({ resourceId }) => resourceId));
    return [...moved].filter((id) => !current.has(id));
  }

  /** Returns the rental of each line of rentals, removed lines included. */
  async rentsByLine(rentIds: readonly number[]): Promise<Map<number, number>> {
    const rents = new Map((await this.linesOf(rentIds)).map(({ id, movieRentId }) => [id, movieRentId]));
    for (const { resourceId, changes } of await this.events('movie_rents', rentIds, [
      'rental.deleted',
      'rental.corrected',
    ])) {
      const details = [...((changes['details'] ?? []) as Details), ...((changes['removed_details'] ?? []) as Details)];
      for (const { id } of details) rents.set(id, resourceId);
    }
    return rents;
  }

  private async rentsOf(clientId: number): Promise<number[]> {
    const rents = await this.manager.find(MovieRent, { select: { id: true }, where: { clientId } });
    return rents.map(({ id }) => id);
  }

  private linesOf(rentIds: readonly number[]): Promise<Pick<MovieRentDetail, 'id' | 'movieRentId'>[]> {
    const dialect = dialectOf(this.manager.connection);
    return this.manager
      .createQueryBuilder(MovieRentDetail, 'line')
      .select('line.id', 'id')
      .addSelect('line.movieRentId', 'movieRentId')
      .where(dialect.isInList('line.movieRentId', ':rentIds'), { rentIds: dialect.listParameter(rentIds) })
      .getRawMany();
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
