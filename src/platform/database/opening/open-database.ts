import type { DataSource, DataSourceOptions } from 'typeorm';
import type { Database } from '../engine/database.js';
import { PostgresDatabase } from '../postgres/postgres-database.js';
import { isOperationalError, unusableDatabase } from '../engine/operational-errors.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';

/**
 * Brings the schema up to date, and makes sure that the database keeps the promises made in its name.
 * @param replica where to read, on PostgreSQL, if not from the primary
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
