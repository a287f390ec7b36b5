import { errorCode } from '../../../kernel/error-code.js';

/** What is thrown in place of what the database said, if it is said. */
type ErrorFactory = () => Error;

/**
 * Turns the database's refusal to store a value twice into the error that says so to people.
 * Storing and letting the unique index judge leaves no gap for a race, as asking first would.
 * @param column the indexed column, as "table.column"
 * @param index the index's name, where it isn't the one our naming strategy gives
 */
export function onDuplicate(
  column: string,
  refusal: ErrorFactory,
  index = `ix_${column.replace('.', '_')}`,
): (error: unknown) => never {
  // PostgreSQL names the index, SQLite the column.
  return on({ sqlState: '23505', constraint: index, words: `UNIQUE constraint failed: ${column}` }, refusal);
}

/**
 * The same for a reference to what doesn't exist. SQLite doesn't tell which it was: only for statements that set a
 * single one.
 */
export function onUnknownReference(column: string, refusal: ErrorFactory): (error: unknown) => never {
  const constraint = `fk_${column.replace('.', '_')}`;
  return on({ sqlState: '23503', constraint, words: 'FOREIGN KEY constraint failed' }, refusal);
}

interface Violation {
  /** PostgreSQL's code for it, and the constraint. */
  readonly sqlState: string;
  readonly constraint: string;
  /** What SQLite says. */
  readonly words: string;
}

function on({ sqlState, constraint, words }: Violation, refusal: ErrorFactory): (error: unknown) => never {
  return (error) => {
    const { driverError } = error as { driverError?: Error & { constraint?: string } };
    const isIt =
      errorCode(error) === sqlState ? driverError?.constraint === constraint : driverError?.message.includes(words);
    throw isIt ? refusal() : error;
  };
}
