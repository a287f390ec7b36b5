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

/** A query of which no operation has the parameter. */
const invalidQuery = documentedInvalidInput(() => readQuery(class NoParameters {}, { limt: '5' }));
/** Problems that any operation can end in, since they happen before it. */
const ofAnyOperation = [
  documentedHttpProblem('malformed-request', 'The query is not valid percent-encoded UTF-8.'),
  documentedHttpProblem('not-acceptable', 'The answer can be had as application/json, which Accept rules out.'),
  documentedHttpProblem('expectation-failed', '100-continue is the only expectation that can be met.'),
  documentedHttpProblem('misdirected-request', 'The host of the request is none of this service.'),
  documentedHttpProblem('request-header-fields-too-large', 'The header of the request is too large.'),
  documentedHttpProblem('internal-error', 'Something went wrong on our side. Nothing was changed.'),
];
/** Those that come with conditions. */
const ofConditions = [
  documentedHttpProblem('precondition-failed', 'It is no longer as it was when it was read. Nothing was changed.'),
];
/** Those that come with a body. */
const ofBodies = [
  documentedHttpProblem('content-too-large', 'request entity too large.'),
  documentedHttpProblem('unsupported-media-type', 'text/plain is not understood; send application/json.'),
];
/** Those that come with a database. */
const ofDatabases = [documentedProblem(ServiceUnavailable)];
/** Those that come with an Idempotency-Key. */
export const ofIdempotency = [
  documentedProblem(IdempotencyKeyReused),
  documentedProblem(IdempotencyKeyInUse),
  documentedProblem(IdempotencyAnswerGone),
];
const common = [...ofAnyOperation, invalidQuery, ...ofConditions, ...ofBodies, ...ofDatabases];

/** What requests get that are none of an operation: an unknown path, another method, half a request, a connection too many. */
const ofUnmatchedRequests = [
  documentedHttpProblem('not-found', 'There is nothing at /moovies.'),
  documentedHttpProblem('method-not-allowed', 'PATCH is not possible on /movies, but GET, HEAD, OPTIONS, POST.'),
  documentedHttpProblem('request-timeout', 'The request did not arrive in time.'),
  { ...documentedProblem(ServiceUnavailable), example: describeProblem(tooManyConnections()) },
];
const unmatchedExtension = 'x-unmatched-requests';

/** The problems an operation can end in whatever it does. */
export function commonProblems(operation: {
  takesConditions: boolean;
  takesBody: boolean;
  needsDatabase: boolean;
  ignoresQuery: boolean;
}): DocumentedProblem[] {
  return [
    ...ofAnyOperation,
    ...(operation.ignoresQuery ? [] : [invalidQuery]),
    ...(operation.takesConditions ? ofConditions : []),
    ...(operation.takesBody ? ofBodies : []),
    ...(operation.needsDatabase ? ofDatabases : []),
  ];
}

/** Lists for people, in Markdown, what is left out of operations where people read them. */
export function describeGeneralProblems(): string {
  const groups: [when: string, problems: readonly DocumentedProblem[]][] = [
    ['', [...ofAnyOperation, invalidQuery]],
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

/** Refers to the response of a common problem, which is described once for all operations. */
export const commonResponse = ({ type }: DocumentedProblem): object => ({
  $ref: `#/components/responses/${schemaNameOf(type)}`,
});

/** Adds to the document what its operations refer to: the common answers, and the schema of every problem. */
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

/** Components are for what operations refer to; what they don't is written out where it is. */
function inline(response: object, { type }: DocumentedProblem): object {
  const text = JSON.stringify(response, (_, value: unknown) => {
    const ref = (value as { $ref?: string } | null)?.$ref;
    if (ref === `#/components/schemas/${schemaNameOf(type)}`) return problemSchema(type);
    return ref === '#/components/headers/Allow' ? headers.Allow : value;
  });
  return JSON.parse(text) as object;
}
