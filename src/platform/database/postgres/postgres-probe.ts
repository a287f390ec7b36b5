import type { QueryResultRow } from 'pg';
import { AbortableClient } from './abortable-client.js';
import { withinAnswerTimeout } from './answer-timeout.js';

/** A separate connection for probes and key lookups, which bypasses the queues of units of work. Reconnects by itself. */
export class PostgresProbe {
  private client?: AbortableClient;

  constructor(private readonly url: string) {}

  /** @throws AnswerTimeout */
  async query<Row extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const isReused = this.client !== undefined;
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
    this.client?.abort();
    this.client = undefined;
  }

  private async attempt<Row extends QueryResultRow>(sql: string, values: unknown[]): Promise<Row[]> {
    try {
      return await withinAnswerTimeout(this.ask<Row>(sql, values));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private async ask<Row extends QueryResultRow>(sql: string, values: unknown[]): Promise<Row[]> {
    const client = this.client ?? (await this.connect());
    return (await client.query<Row>(sql, values)).rows;
  }

  private async connect(): Promise<AbortableClient> {
    const client = new AbortableClient({
      connectionString: this.url,
      application_name: 'movie-rental readiness probe',
    });
    this.client = client;
    client.on('error', () => {
      if (this.client === client) this.client = undefined;
    });
    await client.connect();
    return client;
  }
}
