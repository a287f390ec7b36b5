import type { OpenAPIObject } from '@nestjs/swagger';
import { groupBy } from '../../../kernel/lists.js';
import { maxPageBytes, maxPageLimit } from '../../../kernel/page.js';
import { withRequestValues, exampleOf, withOverrides, type Schema } from './schemas.js';
import { isHealthPath } from '../requests/request-target.js';
import { headerRefs, rateLimitHeaders } from './headers.js';
import { operationExtension, type OperationMetadata } from './operation.decorator.js';
import { type DocumentedProblem, problemResponse } from './problem-schemas.js';
import { commonProblems, commonResponse, ofIdempotency } from './common-problems.js';
import { securityOf } from './security.js';
import { maxId } from '../dto/path-id.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Parameter = NonNullable<Operation['parameters']>[number];
type Responses = Record<string, { headers?: object; content?: Record<string, { schema: Schema; examples?: object }> }>;

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * Completes each operation with the metadata of its decorator and with common parts, and returns the problems of all.
 */
export function completeOperations(document: OpenAPIObject): DocumentedProblem[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => (item[method] ? complete(item[method], method, path, document) : [])),
  );
}

function complete(
  operation: Operation,
  method: (typeof methods)[number],
  path: string,
  document: OpenAPIObject,
): DocumentedProblem[] {
  const extended = operation as Operation & { [operationExtension]?: OperationMetadata };
  const metadata = extended[operationExtension];
  delete extended[operationExtension];
  if (!metadata) throw new Error(`${method} ${path} is not documented: its handler lacks @Operation.`);

  const { authorization, requestExamples, exampleId, responseExample, needsDatabase } = metadata;
  const { invalidBody, ignoresQuery } = metadata;
  operation.security = securityOf(authorization);
  const resource = resourceNames[path.split('/')[1]!] ?? '';
  const problems = metadata.problems.map((problem) => withResourceName(problem, resource));
  if (invalidBody) problems.push(invalidBody);
  if (method === 'post') problems.push(...ofIdempotency);
  const examples = bodyExamples(operation, document, requestExamples);
  const takesBody = operation.requestBody !== undefined;
  const headers = method === 'post' ? [...metadata.headers, 'Idempotency-Replayed' as const] : metadata.headers;
  const instance = path.replace('{id}', String(exampleId)).replace('{slug}', 'copy-already-rented');
  const responses = operation.responses as Responses;
  for (const [status, response] of Object.entries(responses)) {
    const isDryRun = status === '200' && responses[201] !== undefined;
    response.headers = headerRefs([
      'X-Request-Id',
      ...rateLimitHeaders,
      'Vary',
      ...(isDryRun ? [] : headers),
      ...(status === '302' ? (['Location'] as const) : []),
    ]);
    for (const media of Object.values(response.content ?? {})) {
      Object.assign(media.schema, limitsOf(media.schema));
      const example = withOverrides(
        withRequestValues(exampleOf(media.schema, document, 'response'), Object.values(examples)[0]),
        isDryRun ? undefined : responseExample,
      );
      if (example !== undefined) media.examples = { example: { summary: 'Example', value: example } };
    }
  }
  const isTagged = headers.includes('ETag');
  // A POST adds to a collection or is a command, whose path has no representation, unless it names a resource.
  const takesConditions =
    method === 'get' ? isTagged : method !== 'post' || path.endsWith('}') || metadata.isConditional;
  if (method === 'post') describeKey(operation);
  if (takesConditions) describeConditions(operation, method);
  if (method === 'get' && isTagged) {
    const description = 'Not modified: If-None-Match matches the current ETag.';
    Object.assign(responses, { 304: { description, headers: responses[200]!.headers } });
  }
  const common = commonProblems({
    takesConditions,
    takesBody,
    needsDatabase,
    ignoresQuery,
    takesCredential: !isHealthPath(path),
    needsScope: authorization.access !== 'public',
    isRateLimited: !isHealthPath(path),
  });
  for (const problem of common) {
    // Shared responses cannot have the headers that a deprecated operation adds.
    const response = operation.deprecated ? problemResponse([problem], instance) : commonResponse(problem);
    Object.assign(responses, { [problem.type.status]: response });
  }
  for (const [status, those] of groupBy(problems, ({ type }) => type.status)) {
    const shared = common.filter(
      ({ type }) => type.status === status && !those.some((problem) => problem.type.name === type.name),
    );
    Object.assign(responses, { [status]: problemResponse([...those, ...shared], instance) });
  }
  if (operation.deprecated) {
    for (const response of Object.values(responses)) {
      response.headers = { ...response.headers, ...headerRefs(['Deprecation', 'Sunset']) };
    }
  }
  describeParameters(operation, resource, exampleId);
  if (operation.requestBody) describeBody(operation.requestBody as RequestBody, method, examples);
  return problems;
}

/** Returns the limits of a response that is a list or a text. */
function limitsOf({ type }: Schema): object {
  if (type === 'array') return { maxItems: maxPageLimit };
  return type === 'string' ? { maxLength: maxPageBytes } : {};
}

interface RequestBody {
  content: Record<string, { schema: Schema; examples?: object }>;
}

/** Returns the example request bodies by their summaries; none if the operation has no body. */
function bodyExamples(
  { requestBody }: Operation,
  document: OpenAPIObject,
  requestExamples: OperationMetadata['requestExamples'],
): NonNullable<OperationMetadata['requestExamples']> {
  if (!requestBody) return {};
  const { schema } = (requestBody as RequestBody).content['application/json']!;
  return requestExamples ?? { 'All members': exampleOf(schema, document, 'request') as object };
}

function describeBody(body: RequestBody, method: string, examples: Readonly<Record<string, object>>): void {
  const json = body.content['application/json']!;
  json.examples = Object.fromEntries(
    Object.entries(examples).map(([summary, value], index) => [`try${index + 1}`, { summary, value }]),
  );
  if (method === 'patch') body.content = { 'application/merge-patch+json': json, 'application/json': json };
}

function describeKey(operation: Operation): void {
  const parameter: Parameter = {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Client-generated key, unique per request. Retries with the same key within 24 hours return ' +
      'the original response without repeating the operation.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
  };
  (operation.parameters ??= []).push(parameter);
}

/** `*`, or a list of entity tags (RFC 9110 §8.8.3). */
const entityTags = '^(\\*|(W/)?"[^"]*"(, *(W/)?"[^"]*")*)$';

function describeConditions(operation: Operation, method: string): void {
  const ifMatch = 'Apply only if the current ETag is one of these; otherwise 412.';
  const ifNoneMatch = 'Return 304 without a body if the current ETag is one of these.';
  const [name, description] = method === 'get' ? ['If-None-Match', ifNoneMatch] : ['If-Match', ifMatch];
  const parameter: Parameter = {
    name,
    in: 'header',
    description,
    schema: { type: 'string', minLength: 1, maxLength: 2000, pattern: entityTags },
  };
  (operation.parameters ??= []).push(parameter);
}

function describeParameters(operation: Operation, resource: string, id: number): void {
  const idSchema = { type: 'integer', format: 'int32', minimum: 1, maximum: maxId };
  for (const parameter of operation.parameters ?? []) {
    if ('schema' in parameter && parameter.schema && 'example' in parameter.schema) {
      parameter.example = parameter.schema.example as unknown;
      delete parameter.schema.example;
    }
    if ('in' in parameter && parameter.in === 'path' && parameter.name === 'id') {
      Object.assign(parameter, {
        description: `The id of the ${resource.toLowerCase()}.`,
        example: id,
        schema: idSchema,
      });
    }
  }
  if (operation.parameters?.length === 0) delete operation.parameters;
}

/** Names of resources in "… not found", by the first segment of the path. */
const resourceNames: Readonly<Record<string, string>> = {
  client_blocks: 'Client block',
  clients: 'Client',
  genres: 'Genre',
  movie_copies: 'Movie copy',
  movie_rents: 'Movie rent',
  movie_rent_details: 'Movie rent detail',
  movies: 'Movie',
  problems: 'Problem',
};

function withResourceName(problem: DocumentedProblem, resource: string): DocumentedProblem {
  if (problem.type.name !== 'not-found') return problem;
  return { ...problem, example: { ...problem.example, detail: `${resource} not found` } };
}
