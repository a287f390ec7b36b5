import type { EntityManager } from 'typeorm';

/**
 * The names of the migrations that the code has and the database doesn't. What the database has beyond them is no
 * fault: a newer release, which is being rolled out beside this one, has brought it.
 */
export async function pendingMigrations(manager: EntityManager): Promise<string[]> {
  const rows = await manager.query<{ name: string }[]>('SELECT name FROM migrations');
  const done = new Set(rows.map(({ name }) => name));
  return manager.connection.migrations.map(({ constructor }) => constructor.name).filter((name) => !done.has(name));
}
