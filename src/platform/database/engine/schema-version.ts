import type { DataSource, MigrationInterface } from 'typeorm';
import { dialectOf } from '../dialect/dialect.js';

/** The query of the readiness probes. */
export const executedMigrationsSql = 'SELECT name FROM migrations';

/**
 * Returns the names of the migrations that were not run. Migrations that only the database knows are ignored: a newer
 * release has run them during a rolling upgrade.
 */
export function pendingMigrations({ migrations }: DataSource, executed: readonly { name: string }[]): string[] {
  const done = new Set(executed.map(({ name }) => name));
  return migrations.map(nameOf).filter((name) => !done.has(name));
}

/** A migration states its name, because a bundler may rename its class. */
export function nameOf({ name }: MigrationInterface): string {
  if (name === undefined) throw new Error('A migration lacks its name.');
  return name;
}

/** Returns the executed migrations; none if their table is missing. */
export async function executedMigrations(source: DataSource): Promise<{ name: string }[]> {
  const [found] = await source.query<unknown[]>(dialectOf(source).findTableSql('migrations'));
  return found ? source.query<{ name: string }[]>(`${executedMigrationsSql} ORDER BY id`) : [];
}
