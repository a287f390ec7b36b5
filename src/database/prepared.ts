import type { DataSource } from 'typeorm';
import { RecentlyUsed } from '../kernel/recently-used.js';

/** A statement, and where each of its parameters is to be found in what is given to it. */
export interface Written<Given> {
  readonly sql: string;
  readonly parameters: readonly ((given: Given) => unknown)[];
}

export const fill = <Given>({ parameters }: Written<Given>, given: Given): unknown[] =>
  parameters.map((read) => read(given));

/** Keeps the places of what varies while TypeORM writes a statement. */
export class Slots<Given> {
  private readonly slots = new Map<unknown, (given: Given) => unknown>();

  /** Text that stands for a value: TypeORM would take an object for an entity, and write numbers into the statement. */
  mark(read: (given: Given) => unknown): string {
    const mark = `\0${this.slots.size}`;
    this.slots.set(mark, read);
    return mark;
  }

  written([sql, parameters]: [string, unknown]): Written<Given> {
    return { sql, parameters: (parameters as unknown[]).map((value) => this.slots.get(value) ?? (() => value)) };
  }
}

/** Statements that are kept of one query: more than a shop has use for, and few enough whatever is asked. */
const mostKept = 500;

/** What was written for each database, and there for each choice of what is given. */
export class WrittenOnce<Statement> {
  private readonly statements = new WeakMap<DataSource, RecentlyUsed<Statement>>();

  get(dataSource: DataSource, choice: string, write: () => Statement): Statement {
    let known = this.statements.get(dataSource);
    if (!known) this.statements.set(dataSource, (known = new RecentlyUsed<Statement>(mostKept)));
    return known.get(choice, write);
  }
}
