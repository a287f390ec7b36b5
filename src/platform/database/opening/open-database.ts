import type { DataSource, DataSourceOptions } from 'typeorm';
import type { Database } from '../engine/database.js';
import { PostgresDatabase } from '../postgres/postgres-database.js';
import { isOperationalError, unusableDatabase } from '../engine/operational-errors.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';

/**
 * Runs pending migrations and verifies the required database settings.
 * @param replica the read replica, on PostgreSQL
 * @throws UnusableDatabase
 */
export async function openDatabase(writer: DataSource, replica?: DataSourceOptions): Promise<Database> {
  try {
    return writer.options.type === 'postgres'
      ? await PostgresDatabase.open(writer, replica)
      : await SqliteDatabase.open(writer);
  } catch (error) {
    throw isOperationalError(error) ? unusableDatabase(error, writer.options) : error;
  }
}
