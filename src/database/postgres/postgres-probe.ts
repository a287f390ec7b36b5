import { Client } from 'pg';
import { executedMigrationsSql } from '../pending-migrations.js';
import { withinAnswerTimeout } from './answer-timeout.js';

type Rows = readonly { name: string }[];

/** A connection of its own for the readiness probe: no queue of units of work stands before it. Reconnects by itself. */
export class PostgresProbe {
  private client?: Client;

  constructor(private readonly url: string) {}

  /** The migrations that the database has. Fails where it doesn't answer in time. */
  async executedMigrations(): Promise<Rows> {
    try {
      return await withinAnswerTimeout(this.ask());
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Does not wait for a server that may be gone. */
  close(): void {
    const { client } = this;
    this.client = undefined;
    client?.end().catch(() => undefined);
  }

  private async ask(): Promise<Rows> {
    const client = this.client ?? (await this.connect());
    return (await client.query<{ name: string }>(executedMigrationsSql)).rows;
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.url,
      application_name: 'movie-rental readiness probe',
      // Closes the socket some time after the wait is over.
      connectionTimeoutMillis: 10_000,
    });
    this.client = client;
    client.on('error', () => {
      if (this.client === client) this.client = undefined;
    });
    await client.connect();
    return client;
  }
}
