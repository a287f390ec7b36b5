import type { EntityManager } from 'typeorm';
import type { Change } from '../../src/platform/events/change.js';
import { EventRepository } from '../../src/platform/events/event.repository.js';
import { changeOfLine, changeOfRent } from '../../src/rentals/rental-events.js';
import type { UnitOfWork } from '../../src/platform/database/unit-of-work.js';
import { callerOf } from './caller.js';

export interface Repair {
  readonly table: string;
  readonly id: number;
  readonly column: string;
  readonly before: string;
  readonly after: string;
}

interface Rule {
  readonly table: string;
  readonly column: string;
  /** SQL of the instant that replaces one in the future. $1 is now. */
  readonly instant: string;
}

/** When a loan ended; null while it lasts. */
const endOf = (line: string): string => `COALESCE(${line}.returned_datetime, ${line}.lost_datetime)`;

/**
 * The corrections of instants that a wrong clock recorded, derived from other rows. Each rule uses the results of the
 * previous ones: a rental was made before the next rental; a line was lent with its rental, but not before the previous
 * return of its copy; a copy was returned, or lost, before it was lent again; a rental became void when its last lines
 * ended. Without such a row, the instant is now.
 */
const rules: readonly Rule[] = [
  {
    table: 'movie_rent',
    column: 'creation_datetime',
    instant: `COALESCE((SELECT MIN(later.creation_datetime) FROM movie_rent AS later
      WHERE later.id > wrong.id AND later.creation_datetime <= $1), $1)`,
  },
  {
    table: 'movie_rent_detail',
    column: 'lent_datetime',
    instant: `COALESCE((SELECT MAX(known.instant) FROM (
      SELECT rent.creation_datetime AS instant FROM movie_rent AS rent WHERE rent.id = wrong.movie_rent_id
      UNION ALL SELECT ${endOf('other')} FROM movie_rent_detail AS other
        WHERE other.movie_copy_id = wrong.movie_copy_id AND ${endOf('other')} <= $1 AND other.id <> wrong.id
          AND (${endOf('wrong')} IS NULL OR other.id < wrong.id)) AS known), $1)`,
  },
  ...['returned_datetime', 'lost_datetime'].map((column) => ({
    table: 'movie_rent_detail',
    column,
    instant: `COALESCE((SELECT MIN(other.lent_datetime) FROM movie_rent_detail AS other
      WHERE other.movie_copy_id = wrong.movie_copy_id AND (other.lent_datetime > wrong.lent_datetime
        OR (other.lent_datetime = wrong.lent_datetime AND other.id > wrong.id))), $1)`,
  })),
  {
    table: 'movie_rent',
    column: 'voided_datetime',
    instant: `COALESCE((SELECT MAX(${endOf('line')}) FROM movie_rent_detail AS line
      WHERE line.movie_rent_id = wrong.id), $1)`,
  },
];

/** Corrects rows in a unit of work. */
class InstantRepairs {
  constructor(private readonly manager: EntityManager) {}

  /** Corrects the instants of one column that are after `now`, in the order of their ids. */
  async apply({ table, column, instant }: Rule, now: string): Promise<Repair[]> {
    const wrong = await this.manager.query<{ id: number; before: string }[]>(
      `SELECT id, ${column} AS before FROM ${table} WHERE ${column} > $1 ORDER BY id`,
      [now],
    );
    const repairs: Repair[] = [];
    for (const { id, before } of wrong) {
      const [found] = await this.manager.query<{ instant: string }[]>(
        `SELECT ${instant} AS instant FROM ${table} AS wrong WHERE wrong.id = $2`,
        [now, id],
      );
      const after = found!.instant;
      await this.manager.query(`UPDATE ${table} SET ${column} = $1 WHERE id = $2`, [after, id]);
      repairs.push({ table, id, column, before, after });
    }
    return repairs;
  }
}

function changeOf({ table, id, column, before, after }: Repair, now: Date): Change {
  const changes = { [column]: { from: before, to: after } };
  return table === 'movie_rent'
    ? changeOfRent('rental.instant_repaired', now, { id }, changes)
    : changeOfLine('line.instant_repaired', now, { id }, changes);
}

/** Corrects every instant of rentals and their lines that is in the future, all of them or none. */
export function repairInstants(unitOfWork: UnitOfWork, now: Date): Promise<Repair[]> {
  return unitOfWork.run({ instants: InstantRepairs, events: EventRepository }, async ({ instants, events }) => {
    const repairs: Repair[] = [];
    for (const rule of rules) repairs.push(...(await instants.apply(rule, now.toISOString())));
    events.record(callerOf('repair:instants'), ...repairs.map((repair) => changeOf(repair, now)));
    return repairs;
  });
}
