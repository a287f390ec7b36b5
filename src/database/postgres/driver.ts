import type { Socket } from 'node:net';
import pg, { Client } from 'pg';
import { refuseDates } from '../date-parameters.js';
import { errorCode } from '../error-code.js';
import { isWorthPreparing, preparedStatements } from '../prepared-statements.js';

/** A plan was made for columns that have another type since: feature not supported, as PostgreSQL calls it. */
export const planIsOld = '0A000';

/**
 * A connection whose statements stay prepared: for most of ours PostgreSQL takes longer to plan what to do than to do it.
 * Those that search by a part of a text are planned each time, since that depends on the text.
 */
export class PreparingClient extends Client {
  private count = 0;
  private readonly unneeded: string[] = [];
  private readonly names = preparedStatements<string>((name) => void this.unneeded.push(name));

  /** As TypeORM asks: by text and values. All else is asked as it always is. */
  override query(...asked: unknown[]): never {
    const query = super.query.bind(this) as (...asked: unknown[]) => never;
    const [text, values, ...rest] = asked;
    refuseDates(values ?? (text as { values?: unknown } | undefined)?.values);
    if (typeof text !== 'string' || !Array.isArray(values) || !isWorthKeeping(text)) return query(...asked);
    const name = this.nameOf(text);
    this.deallocateUnneeded();
    const answer = query({ name, text, values }, ...rest) as Promise<unknown>;
    answer.catch((error: unknown) => errorCode(error) === planIsOld && this.names.delete(text));
    return answer as never;
  }

  /** Ends the connection at once. end() would wait for the answers to all that was sent. */
  abort(): void {
    (this as unknown as Pg).connection.stream.destroy();
  }

  private nameOf(text: string): string {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    const name = `kept_${this.count++}`;
    this.names.set(text, name);
    return name;
  }

  private deallocateUnneeded(): void {
    for (const name of this.unneeded.splice(0)) {
      // In a transaction that has failed the server refuses even this, and keeps one more until the connection ends.
      super.query(`DEALLOCATE ${name}`).catch(() => undefined);
      // The pg package itself never forgets the text of a statement.
      delete (this as unknown as Pg).connection.parsedStatements[name];
    }
  }
}

/** What the pg package has, but doesn't declare. */
interface Pg {
  readonly connection: { readonly parsedStatements: Record<string, string>; readonly stream: Socket };
}

/** A search by a part of a text is planned each time, since the plan depends on the text. */
const isWorthKeeping = (text: string): boolean => isWorthPreparing(text) && !text.includes(' LIKE ');

/** Statements are sent as they are asked for, without waiting for the answers to those before; see decision 33. */
class PreparingPool extends pg.Pool {
  constructor(options: pg.PoolConfig) {
    super({ ...options, Client: PreparingClient, pipeline: true });
  }
}

/** The pg package as TypeORM is given it. */
export const driver = { ...pg, Client: PreparingClient, Pool: PreparingPool };
