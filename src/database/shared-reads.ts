import { EntityManager, type QueryRunner } from 'typeorm';
import { parsed, type Row } from './gathered.js';
import type { Work } from './transactions.js';

/** Lends a query runner for the time of one statement. */
type Lend = <Result>(job: (runner: QueryRunner) => Promise<Result>) => Promise<Result>;

type Ask = (sql: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/** Waits for an answer. */
interface Asker {
  /** As JSON. */
  readonly values: string;
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What the database says to the asker of a place. */
interface Answer {
  readonly place: number;
  readonly rows: unknown;
}

/** Askers that are answered by one run of a statement: bounds how long the first of them waits for the last. */
const mostAskers = 64;

/**
 * Reads that take a single SELECT each. Those that ask the same statement at the same time, with whatever values, share
 * one run of it (see shared-statement.ts): the way to the database and back costs more than most of them do. Nobody
 * is shown a state from before he asked, since it begins after all of its askers have come.
 */
export class SharedReads {
  private readonly waiting = new Map<string, Asker[]>();

  /** @param blank a query runner to make views of */
  constructor(
    private readonly blank: QueryRunner,
    private readonly lend: Lend,
  ) {}

  /** Hands `work` a manager that takes one SELECT and refuses every other statement, and all when `work` is over. */
  async read<Result>(work: Work<Result>): Promise<Result> {
    const view = Object.create(this.blank) as QueryRunner;
    let isAsked = false;
    const askOnly = (sql: string): void => {
      if (isAsked || !sql.startsWith('SELECT ')) {
        throw new Error(`What is read at once takes one SELECT, and no other statement, such as ${sql}`);
      }
      isAsked = true;
    };
    const query = async (sql: string, ...rest: []): Promise<unknown> => {
      if (view.isReleased) return this.blank.query.call(view, sql, ...rest);
      askOnly(sql);
      return this.lend((runner) => runner.query(sql, ...rest));
    };
    Object.assign(view, { isReleased: false, query });
    const manager = new SharingManager(this.blank.connection, view, (sql, values) => {
      askOnly(sql);
      return this.ask(sql, values);
    });
    Object.assign(view, { manager });
    try {
      return await work(manager);
    } finally {
      Object.assign(view, { isReleased: true });
    }
  }

  private ask(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      const asker = { values: JSON.stringify(values), resolve, reject };
      const waiting = this.waiting.get(sql);
      if (waiting) waiting.push(asker);
      else this.begin(sql, [asker]);
    });
  }

  /** Lets all requests that have arrived by now be read first: they are likely to ask the same. */
  private begin(sql: string, askers: Asker[]): void {
    this.waiting.set(sql, askers);
    setImmediate(() => void this.answer(sql));
  }

  private async answer(sql: string): Promise<void> {
    let askers: readonly Asker[] = [];
    try {
      await this.lend(async (runner) => {
        askers = this.take(sql);
        const places = new Map<string, number>();
        for (const { values } of askers) if (!places.has(values)) places.set(values, places.size);
        const found = (await runner.query(sql, [`[${[...places.keys()].join()}]`])) as Answer[];
        const answers = new Map(found.map(({ place, rows }) => [place, parsed(rows)]));
        for (const { values, resolve } of askers) resolve(answers.get(places.get(values)!)!);
      });
    } catch (error) {
      // Where nobody could lend a query runner, nobody was taken yet.
      for (const { reject } of askers.length > 0 ? askers : this.take(sql)) reject(error);
    }
  }

  private take(sql: string): readonly Asker[] {
    const askers = this.waiting.get(sql)!;
    this.waiting.delete(sql);
    if (askers.length > mostAskers) this.begin(sql, askers.splice(mostAskers));
    return askers;
  }
}

/** What a single read asks by: alone, as every other manager does, or together with others. */
export class SharingManager extends EntityManager {
  constructor(
    connection: EntityManager['connection'],
    queryRunner: QueryRunner,
    /** Asks a shared statement, as shared-statement.ts writes it. */
    readonly askTogether: Ask,
  ) {
    super(connection, queryRunner);
  }
}
