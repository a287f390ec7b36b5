import type { EntityManager } from 'typeorm';
import type { Page, PageRequest } from '../../kernel/page.js';
import type { Caller } from '../../kernel/command.js';
import { groupBy } from '../../kernel/lists.js';
import { dialectOf } from '../../platform/database/dialect/dialect.js';
import { CompiledInsert } from '../../platform/database/queries/compiled-insert.js';
import { KeysetPages } from '../../platform/database/queries/keyset-pages.js';
import type { MovieRentDetail } from '../movie-rent.entity.js';
import { Renewal } from './renewal.entity.js';

/** A line, and the due date that it gets. */
export interface Extension {
  readonly line: MovieRentDetail;
  readonly due: NewDueDate;
}

type NewDueDate = Pick<MovieRentDetail, 'dueOn' | 'dueDatetime' | 'timeZone'>;

type RenewalColumns = Omit<Renewal, 'id' | 'movieRentDetail'>;

const insertion = new CompiledInsert<Renewal, RenewalColumns>(Renewal, 'movieRentDetailId');
const pages = new KeysetPages<Renewal, { readonly lineId: number }>(
  { lineId: 'integer' },
  (manager) => manager.createQueryBuilder(Renewal, 'renewal').where('renewal.movieRentDetailId = :lineId'),
  { id: 'id' },
  { isBatched: () => true },
);

export class RenewalRepository {
  constructor(private readonly manager: EntityManager) {}

  page(lineId: number, request: PageRequest): Promise<Page<Renewal>> {
    return pages.fetch(this.manager, { lineId }, request);
  }

  /** Returns the renewals of lines, in the order of their ids. */
  ofLines(lineIds: readonly number[]): Promise<Renewal[]> {
    const dialect = dialectOf(this.manager.connection);
    return this.manager
      .createQueryBuilder(Renewal, 'renewal')
      .where(dialect.isInList('renewal.movieRentDetailId', ':lineIds'), { lineIds: dialect.listParameter(lineIds) })
      .orderBy('renewal.id')
      .getMany();
  }

  /** Renews lines, in the database and on the lines. Lock their rental first. */
  async renew(extensions: readonly Extension[], now: Date, { principal }: Caller): Promise<void> {
    const rows = extensions.map(({ line, due }) => ({
      movieRentDetailId: line.id,
      creationDatetime: now,
      formerDueOn: line.dueOn!,
      dueOn: due.dueOn!,
      actor: principal?.name ?? null,
    }));
    await insertion.run(this.manager, rows);
    for (const [, group] of groupBy(extensions, ({ due }) => due.dueOn!)) {
      await this.extend(
        group.map(({ line }) => line),
        group[0]!.due,
      );
    }
  }

  private async extend(lines: readonly MovieRentDetail[], due: NewDueDate): Promise<void> {
    const dialect = dialectOf(this.manager.connection);
    const ids = dialect.listParameter(lines.map(({ id }) => id));
    await this.manager.query(
      `UPDATE movie_rent_detail
       SET due_on = $1, due_datetime = $2, time_zone = $3, renewals = COALESCE(renewals, 0) + 1
       WHERE ${dialect.isInList('id', '$4')}`,
      [due.dueOn, due.dueDatetime!.toISOString(), due.timeZone, ids],
    );
    for (const line of lines) Object.assign(line, due, { renewals: (line.renewals ?? 0) + 1 });
  }
}
