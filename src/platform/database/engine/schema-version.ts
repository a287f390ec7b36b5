import type { DataSource } from 'typeorm';

/** For a connection that reads nothing else. */
export const executedMigrationsSql = 'SELECT name FROM migrations';

/**
 * The names of the migrations that the code has and the database doesn't. What the database has beyond them is no
 * fault: a newer release, which is being rolled out beside this one, has brought it.
 */
export function pendingMigrations({ migrations }: DataSource, executed: readonly { name: string }[]): string[] {
  const done = new Set(executed.map(({ name }) => name));
  return migrations.map(({ constructor }) => constructor.name).filter((name) => !done.has(name));
}
