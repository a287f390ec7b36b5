import { executedMigrationsSql } from '../pending-migrations.js';
import { AbortableClient } from './abortable-client.js';
import { withinAnswerTimeout } from './answer-timeout.js';

type Rows = readonly { name: string }[];

/** A connection of its own for the readiness probe: no queue of units of work stands before it. Reconnects by itself. */
export class PostgresProbe {
  private client?: AbortableClient;

  constructor(private readonly url: string) {}

  /** The migrations that the database has. Fails where it doesn't answer in time. */
  async executedMigrations(): Promise<Rows> {
    const isReused = this.client !== undefined;
    try {
      return await this.attempt();
    } catch (error) {
      // The connection may have ended or fallen silent since it was last used: that says nothing of the server.
      if (isReused) return this.attempt();
      throw error;
    }
  }

  close(): void {
    this.client?.abort();
    this.client = undefined;
  }

  private async attempt(): Promise<Rows> {
    try {
      return await withinAnswerTimeout(this.ask());
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private async ask(): Promise<Rows> {
    const client = this.client ?? (await this.connect());
    return (await client.query<{ name: string }>(executedMigrationsSql)).rows;
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
