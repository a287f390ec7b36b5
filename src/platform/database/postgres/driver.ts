import pg from 'pg';
import { refuseDates } from '../columns/date-parameters.js';
import { errorCode } from '../../../kernel/error-code.js';
import { isPlannedEachExecution, isWorthPreparing, preparedStatements } from '../queries/prepared-statements.js';
import { AbortableClient } from './abortable-client.js';
import { type SessionSettings, startSession } from './session-settings.js';

/** PostgreSQL's feature_not_supported: a cached plan whose column types have changed. */
export const stalePlanCode = '0A000';

/**
 * A connection with a cache of prepared statements: for most statements, planning takes longer than execution. Queries
 * with the comment `planEachExecution` are not prepared.
 */
export class PreparingClient extends AbortableClient {
  /** Identifies the server process of the connection; undefined if the user may not see it. */
  backend?: string;
  /** Whether statements are awaiting their answers. */
  isAwaitingAnswer = false;
  /** The number of received chunks. */
  received = 0;
  private count = 0;
  private readonly evicted: string[] = [];
  private readonly names = preparedStatements<string>((name) => void this.evicted.push(name));

  /** Starts counting received chunks, after the connection is established. */
  countReceived(): void {
    this.internals.stream.on('data', () => this.received++);
    this.on('drain', () => (this.isAwaitingAnswer = false));
  }

  /** Prepares queries that are called as TypeORM does, with a text and values. */
  override query(...parameters: unknown[]): never {
    this.isAwaitingAnswer = true;
    const query = super.query.bind(this) as (...parameters: unknown[]) => never;
    const [text, values, ...rest] = parameters;
    refuseDates(values ?? (text as { values?: unknown } | undefined)?.values);
    if (typeof text !== 'string' || !Array.isArray(values) || !isWorthKeeping(text)) return query(...parameters);
    const name = this.nameOf(text);
    this.deallocateEvicted();
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

  private deallocateEvicted(): void {
    for (const name of this.evicted.splice(0)) {
      // In a failed transaction the server rejects DEALLOCATE too, and keeps the statement until the connection ends.
      super.query(`DEALLOCATE ${name}`).catch(() => undefined);
      // The pg package itself never evicts a parsed statement.
      delete this.internals.parsedStatements[name];
    }
  }
}

const isWorthKeeping = (text: string): boolean => isWorthPreparing(text) && !isPlannedEachExecution(text);

type PreparingPoolOptions = pg.PoolConfig & { readonly settings?: SessionSettings };

/** A connection pool in pipeline mode: statements are sent without waiting for earlier answers; see decision 33. */
export class PreparingPool extends pg.Pool {
  private readonly idle = new Set<PreparingClient>();

  constructor({ settings = {}, ...options }: PreparingPoolOptions) {
    // The pool awaits the returned promise, although the types don't declare it.
    const onConnect = (client: pg.ClientBase): unknown => prepare(client as PreparingClient, settings);
    super({ ...options, Client: PreparingClient, pipeline: true, onConnect });
    this.on('acquire', (client) => void this.idle.delete(client as unknown as PreparingClient));
    this.on('remove', (client) => void this.idle.delete(client as unknown as PreparingClient));
    this.on('release', (error, client) => {
      if (!(error as unknown)) this.idle.add(client as unknown as PreparingClient);
    });
  }

  /** Closes all idle connections immediately, and returns their number. */
  abortIdle(): number {
    const idle = [...this.idle];
    this.idle.clear();
    for (const client of idle) client.abort();
    return idle.length;
  }
}

async function prepare(client: PreparingClient, settings: SessionSettings): Promise<void> {
  // Between the pool and TypeORM, a connection has no other 'error' listener, and Node.js would exit on an error. The
  // next statement on the connection fails anyway.
  client.on('error', () => undefined);
  client.countReceived();
  try {
    await startSession(client, settings);
  } catch (error) {
    client.abort();
    throw error;
  }
}

/** The pg package for TypeORM. */
export const driver = { ...pg, Client: PreparingClient, Pool: PreparingPool };
