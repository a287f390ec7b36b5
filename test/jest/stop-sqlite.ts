/** The global teardown on SQLite. */
export default async function stopSqlite(): Promise<void> {
  await (globalThis as { dropTemplate?: () => Promise<void> }).dropTemplate?.();
}
