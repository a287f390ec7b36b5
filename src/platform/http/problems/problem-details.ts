import { DomainError, type DomainErrorClass, type ErrorKind, type FactType } from '../../../kernel/domain-error.js';
import {
  HttpProblem,
  type HttpProblemName,
  httpProblems,
  maxReportedErrors,
  type RequestFault,
} from './http-problem.js';
import { jsonPointer, kebabCase, snakeCase } from './naming.js';

const statusOf: Readonly<Record<ErrorKind, number>> = {
  'not-found': 404,
  conflict: 409,
  invalid: 422,
  unavailable: 503,
};

/** Seconds after which an unavailable service is worth another try. */
const retryAfter = '1';

/** What all problems of one type have in common. Answers and the OpenAPI document both take it from here. */
export interface ProblemType {
  /** "copy-already-rented": its page is /problems/copy-already-rented. */
  readonly name: string;
  readonly status: number;
  readonly title: string;
  /** The machine-readable members it adds, as the wire spells them. */
  readonly facts: Readonly<Record<string, FactType>>;
  /** Whether it always lists the faults of the request. */
  readonly faulty: boolean;
}

/** An RFC 9457 problem, but for what the request adds: instance and request_id. */
interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly RequestFault[];
  readonly [fact: string]: unknown;
}

export function typeOfHttpProblem(name: HttpProblemName): ProblemType {
  return { name, ...httpProblems[name], facts: {}, faulty: name === 'invalid-input' };
}

/** Described once: under overload, refusals are most of what is answered. */
const typesByName = new Map<string, ProblemType>();

export function typeOfDomainError(error: Pick<DomainErrorClass, 'name' | 'description'>): ProblemType {
  let type = typesByName.get(error.name);
  if (!type) typesByName.set(error.name, (type = describeType(error)));
  return type;
}

function describeType({ name, description }: Pick<DomainErrorClass, 'name' | 'description'>): ProblemType {
  const { kind, title, facts = {}, faulty = false } = description;
  return {
    name: kebabCase(name),
    status: statusOf[kind],
    title,
    facts: Object.fromEntries(Object.entries(facts).map(([fact, type]) => [snakeCase(fact), type])),
    faulty,
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
  const facts = Object.keys(error.description.facts ?? {}).map((fact) => [snakeCase(fact), members[fact]]);
  return {
    type: problemUri(name),
    title,
    status,
    detail: error.message,
    errors: error.faults.length === 0 ? undefined : error.faults.slice(0, maxReportedErrors).map(requestFault),
    ...(Object.fromEntries(facts) as Record<string, unknown>),
  };
}

export function problemHeaders(error: DomainError | HttpProblem): Readonly<Record<string, string>> {
  if (error instanceof HttpProblem) return error.headers;
  return error.description.kind === 'unavailable' ? { 'Retry-After': retryAfter } : {};
}

function requestFault({ path, parameter, code, detail }: DomainError['faults'][number]): RequestFault {
  if (parameter !== undefined) return { parameter, code, detail };
  return {
    pointer: jsonPointer(path.map((step) => (typeof step === 'string' ? snakeCase(step) : step))),
    code,
    detail,
  };
}
