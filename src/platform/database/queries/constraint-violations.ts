import { errorCode } from '../../../kernel/error-code.js';

/** Creates the error to throw instead of the database's error. */
type ErrorFactory = () => Error;

/**
 * Translates a unique violation into a domain error. Relying on the unique index is free of the race between a check
 * and the insertion.
 * @param column the indexed column, as "table.column"
 * @param index the name of the index, unless the naming strategy derives it
 */
export function onDuplicate(
  column: string,
  refusal: ErrorFactory,
  index = `ix_${column.replace('.', '_')}`,
): (error: unknown) => never {
  // PostgreSQL names the index, SQLite the column.
  return on({ sqlState: '23505', constraint: index, message: `UNIQUE constraint failed: ${column}` }, refusal);
}

/**
 * Translates a foreign key violation into a domain error. SQLite does not report which constraint failed, so this is
 * only for statements that set a single foreign key.
 */
export function onUnknownReference(column: string, refusal: ErrorFactory): (error: unknown) => never {
  const constraint = `fk_${column.replace('.', '_')}`;
  return on({ sqlState: '23503', constraint, message: 'FOREIGN KEY constraint failed' }, refusal);
}

interface Violation {
  /** PostgreSQL's SQLSTATE and constraint name. */
  readonly sqlState: string;
  readonly constraint: string;
  /** The message of SQLite. */
  readonly message: string;
}

function on({ sqlState, constraint, message }: Violation, refusal: ErrorFactory): (error: unknown) => never {
  return (error) => {
    const { driverError } = error as { driverError?: Error & { constraint?: string } };
    const isViolated =
      errorCode(error) === sqlState ? driverError?.constraint === constraint : driverError?.message.includes(message);
    throw isViolated ? refusal() : error;
  };
}
