import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Schema } from './arbitraries.js';

/** A response, with the method and the target of its request. */
export interface Exchange {
  readonly method: string;
  /** The path and the query. */
  readonly target: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface DocumentedResponse {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, DocumentedHeader>>;
  readonly content?: Readonly<Record<string, { schema: object }>>;
}
interface DocumentedHeader {
  readonly $ref?: string;
  readonly required?: boolean;
  readonly schema: { readonly type?: string };
}
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}
/** The part of an operation that the tests read. */
export interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, DocumentedResponse>> };
  readonly 'x-unmatched-requests': { readonly responses: Readonly<Record<string, DocumentedResponse>> };
}

/** Headers that the document omits: those of any HTTP server, and those for browsers. */
const ordinaryHeaders = new Set([
  // CORS headers; see test/http/cors.spec.ts.
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'transfer-encoding',
  'content-security-policy',
  'cross-origin-resource-policy',
  'referrer-policy',
  'x-content-type-options',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
]);

/** Swagger UI, which is not part of the API. */
const swaggerUi = /^\/docs(\/|$)/;

type Violations = Generator<string, void>;
/** The documentation of a response, and its JSON pointer. */
interface Found {
  readonly operationId?: string;
  readonly pointer: string;
  readonly documented: DocumentedResponse;
}

/** Validates values by the schemas of an OpenAPI document. */
export class Schemas {
  // Most schemas check few responses; without optimization, they compile in a third of the time.
  private readonly ajv = addFormats.default(
    new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true, inlineRefs: false, code: { optimize: false } }),
  );
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(document: object) {
    // In strict mode, the members of the document would be unknown keywords of a schema.
    this.ajv.addVocabulary([...Object.keys(document), 'discriminator']);
    this.ajv.addSchema({ ...document, $id: documentId }, undefined, undefined, false);
  }

  /** Yields what the schema at `pointer` rejects in a value. */
  *violationsOf(pointer: string, value: unknown): Violations {
    const validate = this.validators.get(pointer) ?? this.ajv.compile({ $ref: `${documentId}#${encodeURI(pointer)}` });
    this.validators.set(pointer, validate);
    if (validate(value)) return;
    for (const { instancePath, message, params } of validate.errors ?? []) {
      yield `${instancePath} ${message} ${JSON.stringify(params)}`;
    }
  }
}

const documentId = 'https://shop.example/openapi.json';

/** Checks responses by an OpenAPI document: they may contain only what it documents. */
export class Contract {
  private readonly schemas: Schemas;
  private readonly paths: { pattern: RegExp; literals: number; path: string }[];

  constructor(private readonly document: OpenApi) {
    this.schemas = new Schemas(closed(document) as object);
    this.paths = Object.keys(document.paths).map((path) => ({
      path,
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`),
      literals: path.replace(/\{\w+\}/g, '').length,
    }));
  }

  /** @throws if the document does not allow the response */
  validate(exchange: Exchange): void {
    const { method, target, status } = exchange;
    const path = target.replace(/\?.*/, '');
    // A preflight request is not part of the API (Fetch, 4.8), on any path.
    const isPreflight = method === 'OPTIONS' && 'access-control-allow-methods' in exchange.headers;
    if (swaggerUi.test(path) || isPreflight) return;
    const found = this.find(method, path, status);
    const violations = found ? this.violationsOf(exchange, found) : [`status ${status} is not documented`];
    if (violations.length > 0) {
      const shown = exchange.body.length > 1000 ? `${exchange.body.slice(0, 1000)} …` : exchange.body;
      throw new Error(
        `${method} ${target} was answered outside of the OpenAPI document:\n  ${violations.join('\n  ')}\n${status} ${shown}`,
      );
    }
    if (found?.operationId) record(found.operationId, exchange);
  }

  /** Returns the documentation of a response, if there is any. */
  private find(method: string, path: string, status: number): Found | undefined {
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    const there = this.paths.filter(({ pattern }) => pattern.test(path)).sort((a, b) => b.literals - a.literals);
    const match = there.map((each) => each.path).find((each) => this.document.paths[each]![verb]);
    if (match) {
      const { operationId, responses } = this.document.paths[match]![verb]!;
      const pointer = `/paths/${escaped(match)}/${verb}/responses/${status}`;
      return responses[status] && { operationId, ...this.dereferenced(pointer, responses[status]) };
    }
    if (method === 'OPTIONS' && (there.length > 0 || path === '*')) {
      return status === 204 ? { pointer: '', documented: optionsAnswer } : undefined;
    }
    const unmatched = this.document['x-unmatched-requests'].responses[status];
    const expected = there.length === 0 ? status !== 405 : status !== 404;
    if (unmatched && expected) return { pointer: `/x-unmatched-requests/responses/${status}`, documented: unmatched };
    return this.commonAnswer(status);
  }

  /** Bodies and headers are checked before routing. */
  private commonAnswer(status: number): Found | undefined {
    const earlier: Readonly<Record<number, string>> = {
      400: 'MalformedRequestProblem',
      413: 'ContentTooLargeProblem',
      415: 'UnsupportedMediaTypeProblem',
      417: 'ExpectationFailedProblem',
      421: 'MisdirectedRequestProblem',
      431: 'RequestHeaderFieldsTooLargeProblem',
    };
    const name = earlier[status];
    return name === undefined
      ? undefined
      : { pointer: `/components/responses/${name}`, documented: this.document.components.responses[name]! };
  }

  private dereferenced(pointer: string, documented: DocumentedResponse): Found {
    if (!documented.$ref) return { pointer, documented };
    return { pointer: documented.$ref.slice(1), documented: this.at(documented.$ref) as DocumentedResponse };
  }

  private at(ref: string): unknown {
    const steps = ref.slice('#/'.length).split('/');
    return steps.reduce<unknown>((node, step) => (node as Record<string, unknown>)[unescaped(step)], this.document);
  }

  private *violationsIn(exchange: Exchange, { pointer, documented }: Found): Violations {
    yield* this.violationsOfHeaders(exchange, documented, pointer);
    yield* this.violationsOfBody(exchange, documented, pointer);
  }

  private violationsOf(exchange: Exchange, found: Found): string[] {
    return [...this.violationsIn(exchange, found)];
  }

  private *violationsOfHeaders(
    { headers }: Exchange,
    { headers: documented = {} }: DocumentedResponse,
    pointer: string,
  ): Violations {
    const names = new Map(Object.keys(documented).map((name) => [name.toLowerCase(), name]));
    for (const name of Object.keys(headers)) {
      if (!ordinaryHeaders.has(name.toLowerCase()) && !names.has(name.toLowerCase())) {
        yield `header ${name} is not documented`;
      }
    }
    for (const [lowerCase, name] of names) {
      const { $ref } = documented[name]!;
      const header = ($ref ? this.at($ref) : documented[name]) as DocumentedHeader;
      const value = headers[lowerCase];
      if (value === undefined) {
        if (header.required) yield `header ${name} is missing`;
        continue;
      }
      const read = header.schema.type === 'integer' ? Number(value) : value;
      const schema = `${$ref?.slice(1) ?? `${pointer}/headers/${escaped(name)}`}/schema`;
      yield* this.violationsBySchema(schema, read, `header ${name}`);
    }
  }

  private *violationsOfBody(
    { method, status, headers, body }: Exchange,
    { content }: DocumentedResponse,
    pointer: string,
  ): Violations {
    const type = String(headers['content-type'] ?? '').replace(/;.*/, '');
    if (!content) {
      if (type || body) yield 'no body is documented';
      return;
    }
    if (!content[type]) {
      yield `content type ${type || 'none'} is not documented`;
      return;
    }
    if (method === 'HEAD' || !type.endsWith('json')) return;
    const value = JSON.parse(body) as Record<string, unknown>;
    yield* this.violationsBySchema(`${pointer}/content/${escaped(type)}/schema`, value, 'body');
    if (type !== 'application/problem+json') return;
    if (value['status'] !== status) yield `the problem has the status ${String(value['status'])}`;
    if (value['request_id'] !== headers['x-request-id']) yield 'the problem and its header have different request ids';
  }

  private *violationsBySchema(pointer: string, value: unknown, what: string): Violations {
    for (const violation of this.schemas.violationsOf(pointer, value)) yield `${what}${violation}`;
  }
}

const optionsAnswer: DocumentedResponse = {
  headers: {
    Allow: { $ref: '#/x-unmatched-requests/responses/405/headers/Allow', schema: {} },
    'X-Request-Id': { $ref: '#/components/headers/X-Request-Id', schema: {} },
    Vary: { $ref: '#/components/headers/Vary', schema: {} },
  },
};

/** Returns the document with `additionalProperties: false` in every object, so that undocumented members are rejected. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, closed(value)]));
  const isSchema = copy['type'] === 'object' && 'properties' in copy && !('additionalProperties' in copy);
  return isSchema ? { ...copy, additionalProperties: false } : copy;
}

const escaped = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');
const unescaped = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

const recorded = new Set<string>();

/** Records a response for test/jest/contract-coverage.ts. */
function record(operationId: string, { method, status, headers, body }: Exchange): void {
  const folder = process.env['CONTRACT_COVERAGE'];
  if (!folder || method === 'HEAD') return;
  const isProblem = String(headers['content-type']).startsWith('application/problem+json');
  const type = isProblem ? (JSON.parse(body) as { type: string }).type : '';
  const line = `${operationId} ${status} ${type}`.trim();
  if (!recorded.has(line)) appendFileSync(join(folder, `${process.pid}.txt`), `${line}\n`);
  recorded.add(line);
}

/** Parses a complete response from a socket. */
export function readAnswer(method: string, target: string, text: string): Exchange {
  const [head, ...body] = text.split('\r\n\r\n');
  const [statusLine, ...lines] = head!.split('\r\n');
  const headers = lines.map((line) => [line.replace(/:.*/, '').toLowerCase(), line.replace(/^[^:]*: */, '')] as const);
  const status = Number(statusLine!.split(' ')[1]);
  return { method, target, status, headers: Object.fromEntries(headers), body: body.join('\r\n\r\n') };
}
