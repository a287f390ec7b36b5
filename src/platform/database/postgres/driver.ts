import pg from 'pg';
import { refuseDates } from '../columns/date-parameters.js';
import { errorCode } from '../../../kernel/error-code.js';
import { isWorthPreparing, preparedStatements } from '../queries/prepared-statements.js';
import { AbortableClient } from './abortable-client.js';
import { type SessionSettings, startSession } from './session-settings.js';

/** A plan was made for columns that have another type since: feature not supported, as PostgreSQL calls it. */
export const stalePlanCode = '0A000';

/**
 * A connection whose statements stay prepared: for most of ours PostgreSQL takes longer to plan what to do than to do it.
 * Those that search by a part of a text are planned each time, since that depends on the text.
 */
export class PreparingClient extends AbortableClient {
  /** Identifies the server process of the connection; undefined where the user may not see it. */
  backend?: string;
  /** Whether statements were sent whose answers have not arrived. */
  isAwaitingAnswer = false;
  /** Grows with each piece of an answer that arrives. */
  received = 0;
  private count = 0;
  private readonly unneeded: string[] = [];
  private readonly names = preparedStatements<string>((name) => void this.unneeded.push(name));

  /** Counts what arrives, once the connection is established. */
  countReceived(): void {
    this.stream.on('data', () => this.received++);
    this.on('drain', () => (this.isAwaitingAnswer = false));
  }

  /** As TypeORM asks: by text and values. All else is asked as it always is. */
  override query(...asked: unknown[]): never {
    this.isAwaitingAnswer = true;
    const query = super.query.bind(this) as (...asked: unknown[]) => never;
    const [text, values, ...rest] = asked;
    refuseDates(values ?? (text as { values?: unknown } | undefined)?.values);
    if (typeof text !== 'string' || !Array.isArray(values) || !isWorthKeeping(text)) return query(...asked);
    const name = this.nameOf(text);
    this.deallocateUnneeded();
    const answer = query({ name, text, values }, ...rest) as Promise<unknown>;
    answer.catch((error: unknown) => errorCode(error) === stalePlanCode && this.names.delete(text));
    return answer as never;
  }

  async queryUnprepared<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    return (await super.query<Row>(text, values)).rows;
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
  readonly connection: { readonly parsedStatements: Record<string, string> };
}

/** A search by a part of a text is planned each time, since the plan depends on the text. */
const isWorthKeeping = (text: string): boolean => isWorthPreparing(text) && !text.includes(' LIKE ');

type PreparingPoolOptions = pg.PoolConfig & { readonly settings?: SessionSettings };

/** Statements are sent as they are asked for, without waiting for the answers to those before; see decision 33. */
export class PreparingPool extends pg.Pool {
  private readonly idle = new Set<PreparingClient>();

  constructor({ settings = {}, ...options }: PreparingPoolOptions) {
    // The pool waits for what it returns, which the types don't say.
    const onConnect = (client: pg.ClientBase): unknown => prepare(client as PreparingClient, settings);
    super({ ...options, Client: PreparingClient, pipeline: true, onConnect });
    this.on('acquire', (client) => void this.idle.delete(client as unknown as PreparingClient));
    this.on('remove', (client) => void this.idle.delete(client as unknown as PreparingClient));
    this.on('release', (error, client) => {
      if (!(error as unknown)) this.idle.add(client as unknown as PreparingClient);
    });
  }

  /** Closes the connections that aren't in use at once, and returns their number. */
  abortIdle(): number {
    const idle = [...this.idle];
    this.idle.clear();
    for (const client of idle) client.abort();
    return idle.length;
  }
}

async function prepare(client: PreparingClient, settings: SessionSettings): Promise<void> {
  // A connection that is ended while it passes from the pool to TypeORM has no other listener, and Node.js ends the
  // process for an 'error' without one. The next statement on the connection fails all the same.
  client.on('error', () => undefined);
  client.countReceived();
  try {
    await startSession(client, settings);
  } catch (error) {
    client.abort();
    throw error;
  }
}

/** The pg package as TypeORM is given it. */
export const driver = { ...pg, Client: PreparingClient, Pool: PreparingPool };
