import type { OpenAPIObject } from '@nestjs/swagger';
import { groupBy } from '../kernel/group-by.js';
import { exampleOf, merged, type Schema } from './openapi-schemas.js';
import { headerRefs } from './openapi-headers.js';
import { factsExtension, type OperationFacts } from './operation.js';
import { type DocumentedProblem, problemResponse } from './problem-document.js';
import { commonAnswers, ofIdempotency } from './openapi-problems.js';
import { largestId } from './path-id.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Parameter = NonNullable<Operation['parameters']>[number];
type Responses = Record<string, { headers?: object; content?: Record<string, { schema: Schema; examples?: object }> }>;

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Completes each operation by what its decorator says and by what holds for all of them; hands out their problems. */
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
  const extended = operation as Operation & { [factsExtension]?: OperationFacts };
  const facts = extended[factsExtension];
  delete extended[factsExtension];
  if (!facts) throw new Error(`${method} ${path} is not documented: its handler lacks @Operation.`);

  const { tries, shows, withoutDatabase } = facts;
  const thing = thingAt(path);
  const problems = facts.problems.map((problem) => sayingWhat(problem, thing));
  if (method === 'post') problems.push(...ofIdempotency);
  const takesBody = operation.requestBody !== undefined;
  const headers = method === 'post' ? [...facts.headers, 'Idempotency-Replayed' as const] : facts.headers;
  const instance = path.replace('{id}', '1').replace('{slug}', 'copy-already-rented');
  const responses = operation.responses as unknown as Responses;
  for (const [status, response] of Object.entries(responses)) {
    response.headers = headerRefs([
      'X-Request-Id',
      ...(response.content ? (['Vary'] as const) : []),
      ...headers,
      ...(status === '302' ? (['Location', 'Vary'] as const) : []),
    ]);
    for (const media of Object.values(response.content ?? {})) {
      const example = merged(exampleOf(media.schema, document, 'answer'), shows);
      if (example !== undefined) media.examples = { example: { summary: 'As it looks', value: example } };
    }
  }
  const isTagged = headers.includes('ETag');
  const takesConditions = method === 'get' ? isTagged : responses[201] === undefined;
  if (method === 'post') describeKey(operation);
  if (takesConditions) describeConditions(operation, method);
  if (method === 'get' && isTagged) {
    const description = 'It is still what If-None-Match names.';
    Object.assign(responses, { 304: { description, headers: responses[200]!.headers } });
  }
  Object.assign(responses, commonAnswers({ takesConditions, takesBody, withoutDatabase }));
  for (const [status, those] of groupBy(problems, ({ type }) => type.status)) {
    Object.assign(responses, { [status]: problemResponse(those, instance) });
  }
  describeParameters(operation, thing);
  if (operation.requestBody) describeBody(operation, method, document, tries);
  return problems;
}

function describeBody(
  operation: Operation,
  method: string,
  document: OpenAPIObject,
  tries: OperationFacts['tries'],
): void {
  const body = operation.requestBody as { content: Record<string, { schema: Schema; examples?: object }> };
  const json = body.content['application/json']!;
  const given = tries ?? { 'All there is to say': exampleOf(json.schema, document, 'request') as object };
  json.examples = Object.fromEntries(
    Object.entries(given).map(([summary, value], index) => [`try${index + 1}`, { summary, value }]),
  );
  if (method === 'patch') body.content = { 'application/merge-patch+json': json, 'application/json': json };
}

function describeKey(operation: Operation): void {
  const parameter: Parameter = {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Chosen by you, one for each thing to be done: it can then be asked for again, for 24 hours, without being ' +
      'done again, and is answered as it was the first time.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
    example: '5b1c9f3e-rent-2026-11-23',
  };
  (operation.parameters ??= []).push(parameter);
}

/** `*`, or a list of entity tags (RFC 9110 §8.8.3). */
const entityTags = '^(\\*|(W/)?"[^"]*"(, *(W/)?"[^"]*")*)$';

function describeConditions(operation: Operation, method: string): void {
  const ifMatch = 'Do it only if it still is as one of these ETags says; otherwise 412, and nothing is changed.';
  const ifNoneMatch = 'Answer 304 and nothing else if it still is as one of these ETags says.';
  const [name, description] = method === 'get' ? ['If-None-Match', ifNoneMatch] : ['If-Match', ifMatch];
  const parameter: Parameter = {
    name,
    in: 'header',
    description,
    schema: { type: 'string', minLength: 1, maxLength: 2000, pattern: entityTags },
    example: '"2Wn9nYq0iLqkC4mYVbV7Yg"',
  };
  (operation.parameters ??= []).push(parameter);
}

function describeParameters(operation: Operation, thing: string): void {
  const idSchema = { type: 'integer', format: 'int32', minimum: 1, maximum: largestId };
  for (const parameter of operation.parameters ?? []) {
    if ('schema' in parameter && parameter.schema && 'example' in parameter.schema) {
      parameter.example = parameter.schema.example as unknown;
      delete parameter.schema.example;
    }
    if ('in' in parameter && parameter.in === 'path' && parameter.name === 'id') {
      Object.assign(parameter, { description: `The id of the ${thing.toLowerCase()}.`, example: 1, schema: idSchema });
    }
  }
  if (operation.parameters?.length === 0) delete operation.parameters;
}

/** What the `{id}` of a path stands for, as a clerk calls it: "Movie copy". */
function thingAt(path: string): string {
  const word = path.split('/')[1]!.replaceAll('_', ' ').replace(/ies$/, 'y').replace(/s$/, '');
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function sayingWhat(problem: DocumentedProblem, thing: string): DocumentedProblem {
  if (problem.type.name !== 'not-found') return problem;
  return { ...problem, example: { ...problem.example, detail: `${thing} not found` } };
}
