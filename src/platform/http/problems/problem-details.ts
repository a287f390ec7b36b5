import {
  DomainError,
  type DomainErrorClass,
  type ErrorCategory,
  type ErrorDescription,
  type ExtensionType,
  type InputError,
  type Refusal,
} from '../../../kernel/domain-error.js';
import {
  HttpProblem,
  type HttpProblemName,
  httpProblems,
  maxReportedErrors,
  type ProblemError,
} from './http-problem.js';
import { jsonPointer, snakeCase } from './naming.js';

const statusOf: Readonly<Record<ErrorCategory, number>> = {
  'not-found': 404,
  conflict: 409,
  invalid: 422,
  unavailable: 503,
};

/** Seconds for Retry-After. */
const retryAfter = '1';

/** A problem type, for responses and the OpenAPI document. */
export interface ProblemType {
  /** "copy-already-rented": its page is /problems/copy-already-rented. */
  readonly name: string;
  readonly status: number;
  readonly title: string;
  /** Extension members (RFC 9457 §3.2), in wire format. */
  readonly extensions: Readonly<Record<string, ExtensionType>>;
  /** Whether it always has `errors`. */
  readonly listsErrors: boolean | 'sometimes';
}

/** A problem document (RFC 9457) without the members of the request: instance and request_id. */
interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly ProblemError[];
  readonly [extension: string]: unknown;
}

export function typeOfHttpProblem(name: HttpProblemName): ProblemType {
  return { name, ...httpProblems[name], extensions: {}, listsErrors: name === 'invalid-input' };
}

/** Cached: under overload, most responses are problems. */
const problemTypes = new Map<ErrorDescription, ProblemType>();

export function typeOfDomainError({ description }: Pick<DomainErrorClass, 'description'>): ProblemType {
  let type = problemTypes.get(description);
  if (!type) problemTypes.set(description, (type = describeType(description)));
  return type;
}

function describeType({ type, category, title, extensions = {}, listsErrors = false }: ErrorDescription): ProblemType {
  return {
    name: type,
    status: statusOf[category],
    title,
    extensions: Object.fromEntries(Object.entries(extensions).map(([name, jsonType]) => [snakeCase(name), jsonType])),
    listsErrors,
  };
}

export const problemUri = (name: string): string => `/problems/${name}`;
export const isProblemUri = (value: unknown): value is string =>
  typeof value === 'string' && /^\/problems\/[a-z-]+$/.test(value);

export function describeProblem(error: DomainError | HttpProblem): Problem {
  if (error instanceof HttpProblem) {
    const { type, title, status, detail, errors } = error;
    return { type: problemUri(type), title, status, detail, errors };
  }
  const { name, title, status } = typeOfDomainError(error);
  const members = error as unknown as Record<string, unknown>;
  const extensions = Object.keys(error.description.extensions ?? {}).map((name) => [snakeCase(name), members[name]]);
  return {
    type: problemUri(name),
    title,
    status,
    detail: error.message,
    errors: error.errors.length === 0 ? undefined : error.errors.slice(0, maxReportedErrors).map(problemErrorOf),
    ...(Object.fromEntries(extensions) as Record<string, unknown>),
  };
}

export function problemHeaders(error: DomainError | HttpProblem): Readonly<Record<string, string>> {
  if (error instanceof HttpProblem) return error.headers;
  return error.description.category === 'unavailable' ? { 'Retry-After': retryAfter } : {};
}

/** Returns an error of a request, or a refusal with its facts, in wire format. */
export function problemErrorOf(error: InputError | Refusal): ProblemError {
  const { path, parameter, code, detail } = error;
  const pointer = jsonPointer(path.map((step) => (typeof step === 'string' ? snakeCase(step) : step)));
  const located = { ...(parameter === undefined ? { pointer } : { parameter }), code, detail };
  if (!('overridable' in error)) return located;
  const facts = Object.entries<unknown>({ ...error.facts }).map(([name, fact]) => [snakeCase(name), fact]);
  return { ...located, overridable: error.overridable, ...(Object.fromEntries(facts) as object) };
}
