import type { ServiceUnavailable } from '../kernel/domain-error.js';
import { errorCode } from './error-code.js';

/** PostgreSQL's codes for a statement that took too long, or too much of the disk or of memory. */
const codes = new Set(['57014', '53100', '53200']);

/** Whether the database is not away but has ended one statement, for which its values may be the cause. */
export const isStatementFault = ({ cause }: ServiceUnavailable): boolean => codes.has(errorCode(cause) ?? '');
