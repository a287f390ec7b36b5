import type { Database } from 'sqlite3';
import type { QueryRunner } from 'typeorm';

/** Executes several statements in one worker-thread round trip, which costs more than the statements. */
export async function execute(runner: QueryRunner, statements: string): Promise<void> {
  const database = (await runner.connect()) as Database;
  await new Promise<void>((done, fail) => database.exec(statements, (error) => (error ? fail(error) : done())));
}
