import { QueryFailedError } from 'typeorm';

/**
 * Turns the database's refusal to store a value twice into the error that says so to people.
 * Storing and letting the unique index judge leaves no gap for a race, as asking first would.
 * @param column the indexed column, as "table.column"
 */
export function onDuplicate(column: string, refusal: Error): (error: unknown) => never {
  return (error) => {
    throw error instanceof QueryFailedError && error.message.includes(`UNIQUE constraint failed: ${column}`)
      ? refusal
      : error;
  };
}
