import type { DataSource, DataSourceOptions } from 'typeorm';
import type { Connections } from './connections.js';
import { PostgresConnections } from './postgres/postgres-connections.js';
import { SqliteConnections } from './sqlite/sqlite-connections.js';

/**
 * Brings the schema up to date, and makes sure that the database keeps the promises made in its name.
 * @param replica where to read, on PostgreSQL, if not from the primary
 */
export function openConnections(writer: DataSource, replica?: DataSourceOptions): Promise<Connections> {
  return writer.options.type === 'postgres'
    ? PostgresConnections.open(writer, replica)
    : SqliteConnections.open(writer);
}
