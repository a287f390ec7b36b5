import type { DataSource, DataSourceOptions } from 'typeorm';
import type { Connections } from '../engine/connections.js';
import { PostgresConnections } from '../postgres/postgres-connections.js';
import { isRefusal, unusable } from '../engine/refusal.js';
import { SqliteConnections } from '../sqlite/sqlite-connections.js';

/**
 * Brings the schema up to date, and makes sure that the database keeps the promises made in its name.
 * @param replica where to read, on PostgreSQL, if not from the primary
 * @throws UnusableDatabase
 */
export async function openConnections(writer: DataSource, replica?: DataSourceOptions): Promise<Connections> {
  try {
    return writer.options.type === 'postgres'
      ? await PostgresConnections.open(writer, replica)
      : await SqliteConnections.open(writer);
  } catch (error) {
    throw isRefusal(error) ? unusable(error, writer.options) : error;
  }
}
