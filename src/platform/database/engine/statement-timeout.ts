import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { errorCode } from '../../../kernel/error-code.js';

/** SQLite's interrupt, and PostgreSQL's query_canceled. */
const timeoutCodes = new Set(['SQLITE_INTERRUPT', '57014']);

/** Whether an error or its cause is a statement that exceeded STATEMENT_TIMEOUT_MS. */
export function isStatementTimeout(error: unknown): boolean {
  if (timeoutCodes.has(errorCode(error) ?? '')) return true;
  return error instanceof ServiceUnavailable && isStatementTimeout(error.cause);
}

/** Returns the error for a request whose statement exceeded the timeout. */
export function statementTimeout(cause: unknown): ServiceUnavailable {
  return new ServiceUnavailable(
    cause,
    'The database took too long to answer this request. Request less, such as by a longer part of a title or without a total, or try again later.',
  );
}
