import type { Database } from 'sqlite3';
import type { QueryRunner } from 'typeorm';

/** Several statements on one way to SQLite's thread and back, which costs more than they do. */
export async function execute(runner: QueryRunner, statements: string): Promise<void> {
  const database = (await runner.connect()) as Database;
  await new Promise<void>((done, fail) => database.exec(statements, (error) => (error ? fail(error) : done())));
}
