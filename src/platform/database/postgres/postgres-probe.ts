import type { QueryResultRow } from 'pg';
import { AbortableClient } from './abortable-client.js';
import { withinAnswerTimeout } from './answer-timeout.js';

interface Connection {
  readonly client: AbortableClient;
  readonly connected: Promise<unknown>;
}

/** A separate connection for probes and key lookups, which bypasses the queues of units of work. Reconnects by itself. */
export class PostgresProbe {
  private connection?: Connection;

  constructor(private readonly url: string) {}

  /** @throws AnswerTimeout */
  async query<Row extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const isReused = this.connection !== undefined;
    const attempt = () => this.attempt<Row>(sql, values);
    try {
      return await attempt();
    } catch (error) {
      // A failure of a reused connection says nothing about the server.
      if (isReused) return attempt();
      throw error;
    }
  }

  close(): void {
    if (this.connection) this.drop(this.connection);
  }

  /** Drops only the connection that failed: a concurrent query may have replaced it already. */
  private async attempt<Row extends QueryResultRow>(sql: string, values: unknown[]): Promise<Row[]> {
    const connection = (this.connection ??= this.connect());
    try {
      return await withinAnswerTimeout(queryRows<Row>(connection, sql, values));
    } catch (error) {
      this.drop(connection);
      throw error;
    }
  }

  private connect(): Connection {
    const client = new AbortableClient({
      connectionString: this.url,
      application_name: 'movie-rental readiness probe',
    });
    const connection = { client, connected: client.connect() };
    // Each query that waits for it gets the error.
    connection.connected.catch(() => undefined);
    client.on('error', () => this.drop(connection));
    return connection;
  }

  private drop(connection: Connection): void {
    if (this.connection === connection) this.connection = undefined;
    connection.client.abort();
  }
}

async function queryRows<Row extends QueryResultRow>(
  { client, connected }: Connection,
  sql: string,
  values: unknown[],
): Promise<Row[]> {
  await connected;
  return (await client.query<Row>(sql, values)).rows;
}
