import type { DataSource } from 'typeorm';
import { dialectOf } from '../dialect/dialect.js';

/** The query of the readiness probes. */
export const executedMigrationsSql = 'SELECT name FROM migrations';

/**
 * Returns the names of the migrations that were not run. Migrations that only the database knows are ignored: a newer
 * release has run them during a rolling upgrade.
 */
export function pendingMigrations({ migrations }: DataSource, executed: readonly { name: string }[]): string[] {
  const done = new Set(executed.map(({ name }) => name));
  return migrations.map(({ constructor }) => constructor.name).filter((name) => !done.has(name));
}

/** Returns the executed migrations; none if their table is missing. */
export async function executedMigrations(source: DataSource): Promise<{ name: string }[]> {
  const [found] = await source.query<unknown[]>(dialectOf(source).findTableSql('migrations'));
  return found ? source.query<{ name: string }[]>(`${executedMigrationsSql} ORDER BY id`) : [];
}
