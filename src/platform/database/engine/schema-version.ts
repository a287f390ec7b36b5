import type { DataSource } from 'typeorm';

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
  const [found] = await source.query<{ name: string }[]>(
    source.options.type === 'postgres'
      ? `SELECT 1 FROM pg_tables WHERE tablename = 'migrations' AND schemaname = current_schema()`
      : `SELECT 1 FROM sqlite_schema WHERE name = 'migrations'`,
  );
  return found ? source.query<{ name: string }[]>(`${executedMigrationsSql} ORDER BY id`) : [];
}
