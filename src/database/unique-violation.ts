import { errorCode } from './error-code.js';

/**
 * Turns the database's refusal to store a value twice into the error that says so to people.
 * Storing and letting the unique index judge leaves no gap for a race, as asking first would.
 * @param column the indexed column, as "table.column"
 * @param index the index's name, where it isn't the one our naming strategy gives
 */
export function onDuplicate(
  column: string,
  refusal: Error,
  index = `ix_${column.replace('.', '_')}`,
): (error: unknown) => never {
  return (error) => {
    throw violates(error, column, index) ? refusal : error;
  };
}

function violates(error: unknown, column: string, index: string): boolean {
  const { driverError } = error as { driverError?: Error & { constraint?: string } };
  // PostgreSQL names the index, SQLite the column.
  return errorCode(error) === '23505'
    ? driverError?.constraint === index
    : Boolean(driverError?.message.includes(`UNIQUE constraint failed: ${column}`));
}
