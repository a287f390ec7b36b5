import type { RuleCode } from '../../../kernel/domain-error.js';

/** Maximum errors in a problem document. Validation stops there. */
export const maxReportedErrors = 100;

/** Codes of validation errors, which are found before business rules are checked. */
export const inputErrorCodes = [
  'required',
  'type',
  'blank',
  'characters',
  'too_long',
  'min',
  'max',
  'choice',
  'format',
  'too_few_items',
  'too_many_items',
  'exactly_one',
  'repeated',
  'read_only',
  'unknown_member',
  'unknown_parameter',
  'too_many_parameters',
] as const;
export type InputErrorCode = (typeof inputErrorCodes)[number];

/** An error in a request: its location, as a JSON pointer into the body or a parameter name, and its reason. */
export interface ProblemError {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly code: InputErrorCode | RuleCode;
  readonly detail: string;
  /** Whether a clerk may lift the rule; only of rules of the shop. */
  readonly overridable?: boolean;
  /** The facts of a refusal, in wire format. */
  readonly [fact: string]: unknown;
}

/** Problem types of the HTTP layer. Each has a page at /problems/<name>. */
export const httpProblems = {
  'malformed-request': { status: 400, title: 'Malformed request' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  forbidden: { status: 403, title: 'Forbidden' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'not-acceptable': { status: 406, title: 'Not acceptable' },
  'request-timeout': { status: 408, title: 'Request timeout' },
  'precondition-failed': { status: 412, title: 'Precondition failed' },
  'content-too-large': { status: 413, title: 'Content too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'expectation-failed': { status: 417, title: 'Expectation failed' },
  'misdirected-request': { status: 421, title: 'Misdirected request' },
  'invalid-input': { status: 422, title: 'Invalid input' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'request-header-fields-too-large': { status: 431, title: 'Request header fields too large' },
  'internal-error': { status: 500, title: 'Internal error' },
} as const;

export type HttpProblemName = keyof typeof httpProblems;

export class HttpProblem extends Error {
  readonly status: number;
  readonly title: string;

  constructor(
    readonly type: HttpProblemName,
    readonly detail: string,
    readonly errors?: readonly ProblemError[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    ({ status: this.status, title: this.title } = httpProblems[type]);
  }
}

/** Returns the problem type for a status that a library has chosen. */
export function problemForStatus(status: number): HttpProblemName {
  const known = Object.entries(httpProblems).find(([, problem]) => problem.status === status);
  if (known) return known[0] as HttpProblemName;
  return status >= 400 && status < 500 ? 'malformed-request' : 'internal-error';
}

/** @param hasMore whether there are errors that are not in the list */
export function invalidInput(
  errors: readonly ProblemError[],
  hasMore = errors.length > maxReportedErrors,
): HttpProblem {
  const [first, ...others] = errors;
  const detail = hasMore
    ? `The request has more than ${maxReportedErrors} errors; the first ${maxReportedErrors} are listed.`
    : others.length === 0
      ? first!.detail
      : `The request has ${errors.length} errors; see errors.`;
  return new HttpProblem('invalid-input', detail, errors.slice(0, maxReportedErrors));
}
