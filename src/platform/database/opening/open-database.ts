import type { DataSource, DataSourceOptions } from 'typeorm';
import type { Database } from '../engine/database.js';
import { isOperationalError, unusableDatabase } from '../engine/operational-errors.js';
import { engineOf } from './engines.js';

/**
 * Runs pending migrations and verifies the required database settings.
 * @param replica the read replica, on PostgreSQL
 * @throws UnusableDatabase
 */
export async function openDatabase(writer: DataSource, replica?: DataSourceOptions): Promise<Database> {
  try {
    return await engineOf(writer.options).open(writer, replica);
  } catch (error) {
    throw isOperationalError(error) ? unusableDatabase(error, writer.options) : error;
  }
}
