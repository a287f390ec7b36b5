import fc, { type Arbitrary } from 'fast-check';
import { Arbitraries, type Schema } from './arbitraries.js';
import type { DocumentedOperation, OpenApi, Parameter } from './contract.js';
import type { Method } from './operations.js';
import { committedDocument } from '../project.js';

const document = committedDocument() as OpenApi;

/** A planned request of an operation. */
export interface PlannedRequest {
  readonly operationId: string;
  readonly method: Method;
  /** The path in the document: /movies/{id}. */
  readonly path: string;
  /** The parameters of the path, percent-encoded. */
  readonly steps: Readonly<Record<string, string>>;
  /** Pairs, percent-encoded. */
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON value. */
  readonly body?: unknown;
  /** Text to send instead of `body`. */
  readonly text?: string;
  /** The part that is invalid on purpose, if any. */
  readonly broken?: string;
}

/** Ids up to this number are ordinals of existing resources. */
export const maxOrdinal = 100;
/** Stands for the last received ETag. */
export const currentTag = '"current"';
/** Stands for the cursor in a received link to a page. */
export const linkedCursor = 'linked';

const id = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: maxOrdinal }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 ** 31 - 1 }) },
);
const tag = fc.constantFrom(currentTag, currentTag, `"stale", ${currentTag}`, '*', '"stale"', 'W/"stale"');

const arbitraries = new Arbitraries(document, {
  id,
  client_id: id,
  genre_id: id,
  movie_id: id,
  movie_copy_id: id,
  // Movies with thousands of copies, which other tests create, make every list of movies slow.
  stock: fc.integer({ min: 0, max: 5 }),
  time_zone: fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
  currency: fc.constantFrom(...Intl.supportedValuesOf('currency')),
  slug: fc.constantFrom('not-found', 'copy-already-rented', 'invalid-input', 'none-such'),
  cursor: fc.constant(linkedCursor),
  after: id,
  'If-Match': tag,
  'If-None-Match': tag,
  // Few, so that requests are retried, and keys are reused for other requests.
  'Idempotency-Key': fc.constantFrom('a', 'b', '!~'),
});

/** Returns valid requests of every operation, and requests with one error. */
export function anyRequest(): Arbitrary<PlannedRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => requestsOf(method as Method, path, operation)),
  );
  return fc.oneof(...operations);
}

export const operationIds: readonly string[] = Object.values(document.paths).flatMap((item) =>
  Object.values(item).map(({ operationId }) => operationId),
);

function requestsOf(method: Method, path: string, operation: DocumentedOperation): Arbitrary<PlannedRequest> {
  const valid = validRequests(method, path, operation);
  return fc.oneof(
    { weight: 3, arbitrary: valid },
    { weight: 2, arbitrary: fc.oneof(...waysToBreak(operation, valid)) },
  );
}

function validRequests(method: Method, path: string, operation: DocumentedOperation): Arbitrary<PlannedRequest> {
  const { operationId, requestBody } = operation;
  const chosen = (place: Parameter['in']) =>
    fc.tuple(...parametersIn(place, operation).map(one)).map((pairs) => pairs.filter((pair) => pair !== undefined));
  return fc
    .record({
      steps: chosen('path').map((pairs) => Object.fromEntries(pairs)),
      // `cursor` and `after` exclude each other.
      query: chosen('query').map((pairs) => {
        const hasCursor = pairs.some(([name]) => name === 'cursor');
        return pairs.filter(([name]) => !(hasCursor && name === 'after'));
      }),
      headers: fc
        .tuple(chosen('header'), sometimes(fc.constantFrom('*/*', ...answerTypes(operation))))
        .map(([pairs, accept]) => ({ ...(accept && { Accept: accept }), ...Object.fromEntries(pairs) })),
      body: requestBody ? validBodies(requestBody) : fc.constant<Body>({}),
    })
    .map(({ body: { type, body }, headers, ...rest }) => ({
      operationId,
      method,
      path,
      ...rest,
      headers: type ? { 'Content-Type': type, ...headers } : headers,
      body,
    }));
}

const parametersIn = (place: Parameter['in'], { parameters = [] }: DocumentedOperation): Parameter[] =>
  parameters.filter((parameter) => parameter.in === place);

function one({ name, in: place, required, schema }: Parameter): Arbitrary<[string, string] | undefined> {
  const encode = place === 'header' ? String : encodeURIComponent;
  const pair = arbitraries.valid(schema, name).map((value): [string, string] => [name, encode(String(value))]);
  return required ? pair : sometimes(pair);
}

const sometimes = <Value>(arbitrary: Arbitrary<Value>): Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const answerTypes = ({ responses }: DocumentedOperation): string[] =>
  Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content = {} }]) => Object.keys(content));

interface Body {
  readonly type?: string;
  readonly body?: unknown;
}

function validBodies({ content }: NonNullable<DocumentedOperation['requestBody']>): Arbitrary<Body> {
  return fc.oneof(
    ...Object.entries(content).map(([type, { schema }]) =>
      fc.record({ type: fc.constant(type), body: arbitraries.valid(schema) }),
    ),
  );
}

/** Health checks ignore query parameters, which monitors may add. */
const ignoresQuery = /^get(Health|Readiness|Liveness)$/;

/** An error in a request. */
type Flaw = Pick<PlannedRequest, 'broken'> & Partial<PlannedRequest>;

function waysToBreak(operation: DocumentedOperation, valid: Arbitrary<PlannedRequest>): Arbitrary<PlannedRequest>[] {
  // A request with a cursor is replaced by a received link, which would drop the error.
  const sound = valid.map((request) => ({ ...request, query: request.query.filter(([name]) => name !== 'cursor') }));
  const breaking = <Value>(values: Arbitrary<Value>, flaw: (value: Value, request: PlannedRequest) => Flaw) =>
    fc.tuple(sound, values).map(([request, value]) => ({ ...request, ...flaw(value, request) }));
  const header = (name: string, ...values: string[]) =>
    breaking(fc.constantFrom(...values), (value, { headers }) => ({
      broken: name,
      headers: { ...headers, [name]: value },
    }));

  const ways = [
    header('Accept', 'image/png', 'application/json;q=0, application/problem+json;q=0', 'text/csv, image/*'),
    header('X-Padding', 'x'.repeat(17_000)),
    ...parametersIn('header', operation)
      .filter(({ name }) => /^If-/.test(name))
      .map(({ name }) => header(name, 'no tag', '"open', 'W/')),
    ...(ignoresQuery.test(operation.operationId)
      ? []
      : [
          breaking(
            fc.constantFrom('limt=5', 'q=', '%5B%5D=1', '__proto__=1', '=', 'a=%zz', 'a=%ff'),
            (pair, { query }) => ({
              broken: 'query',
              query: [...query, pair.split('=') as [string, string]],
            }),
          ),
        ]),
  ];
  for (const { name, schema } of parametersIn('path', operation)) {
    const values =
      schema.type === 'integer' ? fc.constantFrom(...brokenIds) : fc.constantFrom('A', 'a_b', '%zz', '%00', '..%2f');
    ways.push(breaking(values, (value, { steps }) => ({ broken: name, steps: { ...steps, [name]: value } })));
  }
  for (const { name, schema } of parametersIn('query', operation)) {
    const values = name === 'cursor' ? fc.constantFrom('x', 'null', 'W10') : arbitraries.brokenText(schema);
    ways.push(
      breaking(values, (value, { query }) => ({
        broken: name,
        query: [...query.filter(([other]) => other !== name), [name, encodeURIComponent(value)]],
      })),
      breaking(arbitraries.valid(schema, name), (value) => {
        const pair = [name, encodeURIComponent(String(value))] as const;
        return { broken: `${name} twice`, query: [pair, pair] };
      }),
    );
  }
  for (const { name } of parametersIn('header', operation)) {
    if (name === 'Idempotency-Key') ways.push(header(name, '', ' ', 'two words', 'x'.repeat(256)));
  }
  if (operation.requestBody) ways.push(...brokenBodies(operation.requestBody, breaking, header));
  return ways;
}

const brokenIds = ['0', '-1', '+1', '007', '1.0', '1e3', '0x10', 'abc', '1%20', '%00', '%ff', '%zz', '%D9%A1', ','];

function brokenBodies(
  { content }: NonNullable<DocumentedOperation['requestBody']>,
  breaking: <Value>(values: Arbitrary<Value>, flaw: (value: Value) => Flaw) => Arbitrary<PlannedRequest>,
  header: (name: string, ...values: string[]) => Arbitrary<PlannedRequest>,
): Arbitrary<PlannedRequest>[] {
  const [{ schema }] = Object.values(content) as [{ schema: Schema }];
  const members = breaking(arbitraries.broken(schema), (body) => ({ broken: 'body', body }));
  const otherTypes = ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/jsonp'];
  const others = [...otherTypes, 'application/merge-patch+json'].filter((type) => !content[type]);
  return [
    // Members have most of the possible errors.
    ...Array<typeof members>(6).fill(members),
    breaking(fc.constantFrom(...brokenJson), (text) => ({ broken: 'JSON', text })),
    header('Content-Type', ...others, 'application/json; charset=latin1', 'json'),
    header('Content-Encoding', 'nonsense', 'gzip', 'gzip, gzip'),
  ];
}

const brokenJson = [
  '',
  '{',
  '{"name":}',
  "{'name':'x'}",
  '{} {}',
  '{"name":"x\ny"}',
  'nonsense',
  `${'['.repeat(2000)}${']'.repeat(2000)}`,
  `{"name":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}}`,
  JSON.stringify({ name: 'x'.repeat(100 * 1024) }),
  '{"name":"x","year":1e400,"stock":1e400,"client_id":1e400,"code":1e400,"first_name":1e400}',
];
