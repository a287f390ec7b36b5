import type { DataSource } from 'typeorm';
import type { Database } from '../engine/database.js';
import { executedMigrations, nameOf } from '../engine/schema-version.js';
import { UnusableDatabase } from '../engine/unusable-database.js';
import { engineOf } from './engines.js';

/**
 * Opens a database without migrating or locking it; other processes may serve it.
 * @throws UnusableDatabase if its schema has another version
 */
export async function openReadOnly(source: DataSource): Promise<Database> {
  await assertCurrentSchema(source);
  return openAnySchema(source);
}

/** Opens a database without migrating, locking or checking its schema version. */
export function openAnySchema(source: DataSource): Promise<Database> {
  return engineOf(source.options).openForReading(source);
}

/**
 * Opens a database for writing without migrating or locking it, beside the process that serves it.
 * @throws UnusableDatabase if its schema has another version
 */
export async function openBeside(source: DataSource): Promise<Database> {
  await assertCurrentSchema(source);
  return engineOf(source.options).openBeside(source);
}

async function assertCurrentSchema(source: DataSource): Promise<void> {
  const ours = source.migrations.map(nameOf);
  const done = (await executedMigrations(source)).map(({ name }) => name);
  const missing = ours.filter((name) => !done.includes(name));
  if (missing.length > 0) {
    throw new UnusableDatabase(
      `The database's schema is older than this version: it lacks ${missing.join(', ')}. ` +
        'Start this version of the service on it once, which brings it up to date.',
    );
  }
  const unknown = done.filter((name) => !ours.includes(name));
  if (unknown.length > 0) {
    throw new UnusableDatabase(
      `The database's schema is newer than this version, which doesn't know ${unknown.join(', ')}. ` +
        'Use the version that serves it.',
    );
  }
}
