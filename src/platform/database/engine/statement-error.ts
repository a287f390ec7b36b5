import type { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { errorCode } from '../../../kernel/error-code.js';
import { isStatementTimeout } from './statement-timeout.js';

/** PostgreSQL's disk_full and out_of_memory. */
const codes = new Set(['53100', '53200']);

/** Whether a single statement failed, possibly because of its parameters, while the database is available. */
export const isStatementError = (error: ServiceUnavailable): boolean =>
  isStatementTimeout(error) || codes.has(errorCode(error.cause) ?? '');
