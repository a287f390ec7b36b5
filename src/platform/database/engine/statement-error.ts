import type { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { errorCode } from '../../../kernel/error-code.js';
import { isStatementTimeout } from './statement-timeout.js';

/** PostgreSQL's codes for a statement that needs more of the disk, or of memory, than there is. */
const codes = new Set(['53100', '53200']);

/** Whether the database is not away but has ended one statement, for which its values may be the cause. */
export const isStatementError = (error: ServiceUnavailable): boolean =>
  isStatementTimeout(error) || codes.has(errorCode(error.cause) ?? '');
