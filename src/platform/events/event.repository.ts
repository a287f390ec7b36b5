import type { EntityManager } from 'typeorm';
import type { Caller } from '../../kernel/command.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import { CompiledInsert } from '../database/queries/compiled-insert.js';
import { dialectOf } from '../database/dialect/dialect.js';
import { KeysetPages } from '../database/queries/keyset-pages.js';
import { deferInsert, writeDeferred } from '../database/deferred-inserts.js';
import type { Change } from './change.js';
import { Event } from './event.entity.js';

type EventColumns = Omit<Event, 'id' | 'transactionId'>;

export interface EventFilter {
  readonly resource?: string;
  readonly resourceId?: number;
  readonly actor?: string;
  readonly type?: string;
  /** The first and the last instant, as stored. */
  readonly createdFrom?: string;
  readonly createdTo?: string;
}

const offset = '(SELECT installation.event_offset FROM installation WHERE installation.id = 1)';
const latest = '(SELECT MAX(event.transaction_id) FROM event)';
const insertion = new CompiledInsert<Event, EventColumns>(Event, 'resourceId', {
  computed: { transactionId: ({ transactionId }) => `${offset} + ${transactionId}` },
});
const pages = new KeysetPages<Event, EventFilter>(
  {
    resource: 'text',
    resourceId: 'integer',
    actor: 'text',
    type: 'text',
    createdFrom: 'text',
    createdTo: 'text',
  },
  (manager, given) => {
    const events = manager.createQueryBuilder(Event, 'event');
    const { oldestTransactionId } = dialectOf(manager.connection);
    // Transactions from this one on may commit events that come before those that are committed.
    if (oldestTransactionId) events.andWhere(`event.transactionId < ${offset} + ${oldestTransactionId}`);
    if (given.resource) events.andWhere('event.resource = :resource');
    if (given.resourceId) events.andWhere('event.resourceId = :resourceId');
    if (given.actor) events.andWhere('event.actor = :actor');
    if (given.type) events.andWhere('event.type = :type');
    if (given.createdFrom) events.andWhere('event.creationDatetime >= :createdFrom');
    if (given.createdTo) events.andWhere('event.creationDatetime <= :createdTo');
    return events;
  },
  { id: 'transactionId' },
  // The event of a movie with 10,000 copies has 80 kB.
  { isBatched: () => false, maxRows: 64 },
);

export class EventRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Returns events in the order of their commits. The end of an ascending list has a next page too, for new events. */
  async page(filter: EventFilter, request: PageRequest): Promise<Page<Event>> {
    const page = await pages.fetch(this.manager, { ...filter }, request);
    if (request.descending) return page;
    const { from } = request;
    const resumesAt = from?.direction === 'after' && from.value !== undefined ? from : undefined;
    return { ...page, hasNext: true, resumesAt };
  }

  /** Returns all events of resources, in the order of their commits. */
  ofResources(resource: string, ids: readonly number[]): Promise<Event[]> {
    const dialect = dialectOf(this.manager.connection);
    return this.manager
      .createQueryBuilder(Event, 'event')
      .where('event.resource = :resource', { resource })
      .andWhere(dialect.isInList('event.resourceId', ':ids'), { ids: dialect.listParameter(ids) })
      .orderBy({ 'event.transactionId': 'ASC', 'event.id': 'ASC' })
      .getMany();
  }

  /** Writes what this unit of work has recorded, before it changes events. @throws EarlierRowsDeferred */
  writeRecorded(): Promise<void> {
    return writeDeferred(this.manager);
  }

  /**
   * Removes the comments and notes of clerks from the events of resources, and returns the number of changed events.
   */
  async removeComments(resource: string, ids: readonly number[]): Promise<number> {
    const dialect = dialectOf(this.manager.connection);
    const { affected } = await this.manager.queryRunner!.query(
      `UPDATE event SET changes = ${dialect.jsonWithout('changes', ['comment', 'note'])}
       WHERE resource = $1 AND ${dialect.isInList('resource_id', '$2')}
       AND (changes LIKE '%"comment":%' OR changes LIKE '%"note":%')`,
      [resource, dialect.listParameter(ids)],
      true,
    );
    return affected ?? 0;
  }

  /** Whether new events would come before recorded ones: in a database that was restored from a dump, or copied. */
  async isOrderBroken(): Promise<boolean> {
    const rows = await this.manager.query<object[]>(
      `SELECT 1 FROM installation WHERE ${latest} >= event_offset + ${this.nextTransactionId}`,
    );
    return rows.length > 0;
  }

  /** Makes new events follow all recorded ones, although the transaction numbers have started again. */
  async continueOrder(): Promise<void> {
    await this.manager.query(
      `UPDATE installation SET event_offset = ${latest} WHERE ${latest} >= event_offset + ${this.nextTransactionId}`,
    );
  }

  private get nextTransactionId(): string {
    return dialectOf(this.manager.connection).nextTransactionId;
  }

  /** Returns the latest recorded change of each of some resources, by their ids. */
  async latestOf(resource: string, ids: readonly number[]): Promise<Map<number, Event>> {
    if (ids.length === 0) return new Map();
    await writeDeferred(this.manager);
    const dialect = dialectOf(this.manager.connection);
    const events = this.manager.createQueryBuilder(Event, 'event');
    const latestIds = events
      .subQuery()
      .select('MAX(one.id)')
      .from(Event, 'one')
      .where(`one.resource = :resource AND ${dialect.isInList('one.resourceId', ':ids')}`)
      .groupBy('one.resourceId');
    const found = await events
      .where(`event.id IN ${latestIds.getQuery()}`)
      .setParameters({ resource, ids: dialect.listParameter(ids) })
      .getMany();
    return new Map(found.map((event) => [event.resourceId, event]));
  }

  /** Records changes in their transaction. Changes of no member, as by a repeated PUT, are not recorded. */
  record(caller: Caller, ...changes: readonly Change[]): void {
    const { principal, requestId } = caller;
    const origin = { actor: principal?.name ?? null, requestId: requestId ?? null };
    const made = changes.filter((change) => Object.keys(change.changes).length > 0);
    deferInsert(
      this.manager,
      insertion,
      made.map((change) => ({ ...change, ...origin })),
    );
  }
}
