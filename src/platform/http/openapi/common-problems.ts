import type { OpenAPIObject } from '@nestjs/swagger';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';
import { IdempotencyAnswerGone, IdempotencyKeyInUse, IdempotencyKeyReused } from '../../../kernel/idempotency.js';
import { tooManyConnections } from '../connections/connection-limit.js';
import { readQuery } from '../dto/dto-reader.js';
import { headers } from './headers.js';
import { describeProblem } from '../problems/problem-details.js';
import {
  codeSchema,
  documentedHttpProblem,
  documentedProblem,
  type DocumentedProblem,
  documentedInvalidInput,
  problemErrorSchema,
  problemResponse,
  problemSchema,
  schemaNameOf,
} from './problem-schemas.js';

/** A query with an unknown parameter. */
const invalidQuery = documentedInvalidInput(() => readQuery(class NoParameters {}, { limt: '5' }));
const tooManyRequests = documentedHttpProblem(
  'too-many-requests',
  'More than 600 requests in a minute. Try again in 42 s.',
);
/** Problems of any operation, which occur before it runs. */
const ofAnyOperation = [
  documentedHttpProblem('malformed-request', 'The query is not valid percent-encoded UTF-8.'),
  documentedHttpProblem('not-acceptable', 'This resource is available as application/json only.'),
  documentedHttpProblem('expectation-failed', 'Expect supports only 100-continue.'),
  documentedHttpProblem('misdirected-request', 'This service does not serve the host of the request.'),
  documentedHttpProblem('request-header-fields-too-large', 'The header of the request is too large.'),
  documentedHttpProblem('internal-error', 'An internal error occurred. Nothing was changed.'),
];
/** Problems of operations that are not health checks, which are never limited. */
const ofRateLimits = [tooManyRequests];
/** Problems of a credential that is missing or wrong. Health checks need none. */
const ofCredentials = [
  documentedHttpProblem(
    'unauthorized',
    'A credential is required: send an API key or a token as Authorization: Bearer <credential>.',
  ),
];
/** Problems of operations that not every caller may call. */
const ofScopes = [documentedHttpProblem('forbidden', 'The credential lacks the scope catalog:read.')];
/** Problems of operations with conditional headers. */
const ofConditions = [
  documentedHttpProblem('precondition-failed', 'The resource has changed since it was read. Nothing was changed.'),
];
/** Problems of operations with a request body. */
const ofBodies = [
  documentedHttpProblem('content-too-large', 'request entity too large.'),
  documentedHttpProblem('unsupported-media-type', 'text/plain is not supported; send application/json.'),
];
/** Problems of operations that use the database. */
const ofDatabases = [documentedProblem(ServiceUnavailable)];
/** Problems of operations with an Idempotency-Key. */
export const ofIdempotency = [
  documentedProblem(IdempotencyKeyReused),
  documentedProblem(IdempotencyKeyInUse),
  documentedProblem(IdempotencyAnswerGone),
];
const common = [
  ...ofAnyOperation,
  ...ofCredentials,
  ...ofScopes,
  ...ofRateLimits,
  invalidQuery,
  ...ofConditions,
  ...ofBodies,
  ...ofDatabases,
];

/**
 * Problems of requests that match no operation: a wrong credential, an unknown path, an unsupported method, an incomplete
 * request, or the connection limit.
 */
const ofUnmatchedRequests = [
  ...ofCredentials,
  documentedHttpProblem('not-found', 'Nothing found at /moovies.'),
  documentedHttpProblem('method-not-allowed', 'PATCH is not supported by /movies. Allowed: GET, HEAD, OPTIONS, POST.'),
  documentedHttpProblem('request-timeout', 'The request did not arrive in time.'),
  tooManyRequests,
  { ...documentedProblem(ServiceUnavailable), example: describeProblem(tooManyConnections()) },
];
const unmatchedExtension = 'x-unmatched-requests';

/** Returns the problems that an operation shares with all operations of its kind. */
export function commonProblems(operation: {
  takesConditions: boolean;
  takesBody: boolean;
  needsDatabase: boolean;
  ignoresQuery: boolean;
  isRateLimited: boolean;
  takesCredential: boolean;
  needsScope: boolean;
}): DocumentedProblem[] {
  return [
    ...ofAnyOperation,
    ...(operation.isRateLimited ? ofRateLimits : []),
    ...(operation.takesCredential ? ofCredentials : []),
    ...(operation.needsScope ? ofScopes : []),
    ...(operation.ignoresQuery ? [] : [invalidQuery]),
    ...(operation.takesConditions ? ofConditions : []),
    ...(operation.takesBody ? ofBodies : []),
    ...(operation.needsDatabase ? ofDatabases : []),
  ];
}

/** Returns a Markdown list of the common problems, which /docs omits from the individual operations. */
export function describeGeneralProblems(): string {
  const groups: [when: string, problems: readonly DocumentedProblem[]][] = [
    ['', [...ofAnyOperation, ...ofRateLimits, invalidQuery]],
    ['', [...ofAnyOperation, ...ofCredentials, invalidQuery]],
    [', with a scope', ofScopes],
    [', with a condition', ofConditions],
    [', with a body', ofBodies],
    [', with a database', ofDatabases],
    [', with an Idempotency-Key', ofIdempotency],
  ];
  return groups
    .flatMap(([when, problems]) => problems.map(({ type }) => `- ${type.status} ${type.title}${when}`))
    .sort()
    .join('\n');
}

/** Returns a reference to the response of a common problem, which is described once. */
export const commonResponse = ({ type }: DocumentedProblem): object => ({
  $ref: `#/components/responses/${schemaNameOf(type)}`,
});

/** Adds the components that operations refer to: the common responses and the schema of every problem. */
export function addProblems(document: OpenAPIObject, ofOperations: readonly DocumentedProblem[]): void {
  const schemas = [...ofOperations, ...common].map(({ type }) => [schemaNameOf(type), problemSchema(type)] as const);
  Object.assign(document.components!.schemas!, {
    ProblemCode: codeSchema,
    ProblemFault: problemErrorSchema,
    ...Object.fromEntries(schemas),
  });
  const responses = common.map((problem) => [schemaNameOf(problem.type), problemResponse([problem], '/movies')]);
  Object.assign(document.components!, { responses: Object.fromEntries(responses) as object });

  const unmatched = ofUnmatchedRequests.map((problem) => [
    problem.type.status,
    inline(problemResponse([problem], '/moovies'), problem),
  ]);
  Object.assign(document, { [unmatchedExtension]: { responses: Object.fromEntries(unmatched) as object } });
}

/** Inlines references: unused components would be reported by linters. */
function inline(response: object, { type }: DocumentedProblem): object {
  const text = JSON.stringify(response, (_, value: unknown) => {
    const ref = (value as { $ref?: string } | null)?.$ref;
    if (ref === `#/components/schemas/${schemaNameOf(type)}`) return problemSchema(type);
    return ref === '#/components/headers/Allow' ? headers.Allow : value;
  });
  return JSON.parse(text) as object;
}
