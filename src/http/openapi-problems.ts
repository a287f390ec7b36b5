import type { OpenAPIObject } from '@nestjs/swagger';
import { ServiceUnavailable } from '../kernel/domain-error.js';
import { IdempotencyAnswerGone, IdempotencyKeyInUse, IdempotencyKeyReused } from '../kernel/once.js';
import { tooManyConnections } from './connection-limit.js';
import { headers } from './openapi-headers.js';
import { describeProblem } from './problem.js';
import {
  documentedHttpProblem,
  documentedProblem,
  type DocumentedProblem,
  faultSchema,
  problemResponse,
  problemSchema,
  schemaNameOf,
} from './problem-document.js';

const invalidInput = documentedHttpProblem('invalid-input', 'limt is not a parameter here.', [
  { parameter: 'limt', detail: 'limt is not a parameter here.' },
]);
/** Problems that any operation can end in, since they happen before it. */
const ofAnyOperation = [
  documentedHttpProblem('malformed-request', 'The query is not valid percent-encoded UTF-8.'),
  documentedHttpProblem('not-acceptable', 'The answer can be had as application/json, which Accept rules out.'),
  documentedHttpProblem('expectation-failed', '100-continue is the only expectation that can be met.'),
  documentedHttpProblem('misdirected-request', 'The host of the request is none of this service.'),
  invalidInput,
  documentedHttpProblem('request-header-fields-too-large', 'The header of the request is too large.'),
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
const ofDatabases = [
  documentedHttpProblem('internal-error', 'Something went wrong on our side. Nothing was changed.'),
  documentedProblem(ServiceUnavailable),
];
/** Those that come with an Idempotency-Key, beside invalid input, which has the same status as one of them. */
export const ofIdempotency = [
  invalidInput,
  documentedProblem(IdempotencyKeyReused),
  documentedProblem(IdempotencyKeyInUse),
  documentedProblem(IdempotencyAnswerGone),
];
const common = [...ofAnyOperation, ...ofConditions, ...ofBodies, ...ofDatabases];

/** What requests get that are none of an operation: an unknown path, another method, half a request, a connection too many. */
const ofNoOperation = [
  documentedHttpProblem('not-found', 'There is nothing at /moovies.'),
  documentedHttpProblem('method-not-allowed', 'PATCH is not possible on /movies, but GET, HEAD, OPTIONS, POST.'),
  documentedHttpProblem('request-timeout', 'The request did not arrive in time.'),
  { ...documentedProblem(ServiceUnavailable), example: describeProblem(tooManyConnections()) },
];
const unmatchedExtension = 'x-unmatched-requests';

/** The answers an operation can give whatever it does. Each is described once, for all operations. */
export function commonAnswers(operation: {
  takesConditions: boolean;
  takesBody: boolean;
  withoutDatabase: boolean;
}): object {
  const problems = [
    ...ofAnyOperation,
    ...(operation.takesConditions ? ofConditions : []),
    ...(operation.takesBody ? ofBodies : []),
    ...(operation.withoutDatabase ? [] : ofDatabases),
  ];
  return Object.fromEntries(problems.map(({ type }) => [type.status, { $ref: responseRef(type) }]));
}

/** Adds to the document what its operations refer to: the common answers, and the schema of every problem. */
export function addProblems(document: OpenAPIObject, ofOperations: readonly DocumentedProblem[]): void {
  const schemas = [...ofOperations, ...common].map(({ type }) => [schemaNameOf(type), problemSchema(type)] as const);
  Object.assign(document.components!.schemas!, { ProblemFault: faultSchema, ...Object.fromEntries(schemas) });
  const responses = common.map((problem) => [schemaNameOf(problem.type), problemResponse([problem], '/movies')]);
  Object.assign(document.components!, { responses: Object.fromEntries(responses) as object });

  const unmatched = ofNoOperation.map((problem) => [
    problem.type.status,
    inline(problemResponse([problem], '/moovies'), problem),
  ]);
  Object.assign(document, { [unmatchedExtension]: { responses: Object.fromEntries(unmatched) as object } });
}

const responseRef = (type: DocumentedProblem['type']): string => `#/components/responses/${schemaNameOf(type)}`;

/** Components are for what operations refer to; what they don't is written out where it is. */
function inline(response: object, { type }: DocumentedProblem): object {
  const text = JSON.stringify(response, (_, value: unknown) => {
    const ref = (value as { $ref?: string } | null)?.$ref;
    if (ref === `#/components/schemas/${schemaNameOf(type)}`) return problemSchema(type);
    return ref === '#/components/headers/Allow' ? headers.Allow : value;
  });
  return JSON.parse(text) as object;
}
