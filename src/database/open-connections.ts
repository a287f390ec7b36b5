import type { DataSource } from 'typeorm';
import type { Connections } from './connections.js';
import { PostgresConnections } from './postgres/postgres-connections.js';
import { SqliteConnections } from './sqlite/sqlite-connections.js';

/** Brings the schema up to date, and makes sure that the database keeps the promises made in its name. */
export function openConnections(writer: DataSource): Promise<Connections> {
  return writer.options.type === 'postgres' ? PostgresConnections.open(writer) : SqliteConnections.open(writer);
}
