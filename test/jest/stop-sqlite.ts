/** Removes what start-sqlite.ts made. */
export default async function stopSqlite(): Promise<void> {
  await (globalThis as { dropTemplate?: () => Promise<void> }).dropTemplate?.();
}
