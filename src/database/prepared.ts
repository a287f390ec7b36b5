import type { DataSource } from 'typeorm';

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

/** What was written for each database, and there for each of several lengths. */
export class WrittenOnce<Statement> {
  private readonly statements = new WeakMap<DataSource, Map<string, Statement>>();

  get(dataSource: DataSource, lengths: string, write: () => Statement): Statement {
    let known = this.statements.get(dataSource);
    if (!known) this.statements.set(dataSource, (known = new Map<string, Statement>()));
    let statement = known.get(lengths);
    if (!statement) known.set(lengths, (statement = write()));
    return statement;
  }
}
