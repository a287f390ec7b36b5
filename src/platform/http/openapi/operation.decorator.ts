import { applyDecorators, HttpCode, SetMetadata, type Type } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { Scope } from '../../../kernel/command.js';
import type { DomainErrorClass } from '../../../kernel/domain-error.js';
import { bodyTypeOf } from '../requests/body-type.js';
import { readDto } from '../dto/dto-reader.js';
import { InputErrors } from '../problems/input-errors.js';
import type { HeaderName } from './headers.js';
import { documentedProblem, type DocumentedProblem, documentedInvalidInput } from './problem-schemas.js';

/** A right that an API key or a token grants for all clients of the shop. */
type GeneralScope = Exclude<Scope, 'self'>;

/**
 * Who may call an operation: any caller; the readers of the documentation or of the metrics, as DOCS_ACCESS and
 * METRICS_ACCESS say; or callers with a scope, or with all scopes of a list.
 */
type Access = 'public' | 'documentation' | 'metrics' | GeneralScope | readonly GeneralScope[];

/** The authorization of an operation. */
export interface Authorization {
  readonly access: Access;
  /** Whether a customer (scope `self`) may call it too, for their own client and its rentals. */
  readonly allowsCustomers: boolean;
}

interface OperationDescription {
  readonly access: Access;
  /** Whether a customer (scope `self`) may call it too. The service then filters by `caller.customerId`. */
  readonly allowsCustomers?: boolean;
  /** Imperative, in a few words. */
  readonly summary: string;
  /** Behavior and purpose. */
  readonly description: string;
  /** Schema of the 200 response; in a list, of a page. Without `returns` and `created`: 204. */
  readonly returns?: Type | [Type];
  /** Media types of a text response; with `returns`, in addition to JSON. */
  readonly textTypes?: readonly string[];
  /** Path to which browsers are redirected. */
  readonly redirectsBrowsersTo?: string;
  /** Schema of the 201 response, and the path under which the resource is found by its id. */
  readonly created?: readonly [Type, string];
  /** Schema of the 200 response of an operation with `created`, if the request creates nothing: to a dry run. */
  readonly dryRun?: Type;
  /** The path of the list that it changes, unless its own path leads to the changed resource. */
  readonly changes?: string;
  /** Domain errors of this operation, in addition to those of all operations. */
  readonly problems?: readonly DomainErrorClass[];
  /** Request bodies by their summaries. /docs fills in the first. */
  readonly requestExamples?: Readonly<Record<string, object>>;
  /** Example of `{id}`: a row of the demonstration data that no other example changes or deletes. */
  readonly exampleId?: number;
  /** Overrides of the response example, which is composed of the examples of its members. */
  readonly responseExample?: object;
  /** Whether it fails without the database. True by default. */
  readonly needsDatabase?: boolean;
  /** Whether it returns a StaticDocument, which has an ETag. */
  readonly isStatic?: boolean;
  /** Whether the response must not be cached: it has no ETag. */
  readonly isPrivate?: boolean;
  /** Whether a POST to a command takes If-Match, with the ETag of the resource that it changes. */
  readonly isConditional?: boolean;
  readonly deprecated?: boolean;
  /** Whether unknown query parameters are ignored. */
  readonly ignoresQuery?: boolean;
}

/** Metadata for operations.ts, stored in the document until the operation is completed. */
export interface OperationMetadata {
  readonly authorization: Authorization;
  readonly problems: readonly DocumentedProblem[];
  readonly headers: readonly HeaderName[];
  readonly requestExamples?: OperationDescription['requestExamples'];
  readonly exampleId: number;
  readonly responseExample?: object;
  /** The problem of an invalid body, if the operation has one. */
  readonly invalidBody?: DocumentedProblem;
  readonly needsDatabase: boolean;
  readonly isConditional: boolean;
  readonly ignoresQuery: boolean;
}

/** The representation that a successful operation sends. */
export interface Representation {
  /** The available media types. */
  readonly types: readonly string[];
  /** Whether it has an ETag. */
  readonly tagged: boolean;
  /** The path under which the created resource is found by its id. */
  readonly location?: string;
  /** The class of the response that creates nothing. */
  readonly dryRun?: Type;
  /** The path of the list that it changes, if its own path does not lead to the changed resource. */
  readonly changes?: string;
  readonly deprecated: boolean;
}

export const representationMetadata = 'movie-rental:representation';
export const authorizationMetadata = 'movie-rental:authorization';
export const ignoresQueryMetadata = 'movie-rental:ignores-query';
export const operationExtension = 'x-operation-metadata';

/**
 * Documents a route handler and defines its success status and representation. The operationId is the handler's name.
 */
export function Operation(operation: OperationDescription): MethodDecorator {
  const {
    access,
    allowsCustomers = false,
    summary,
    description,
    deprecated,
    problems = [],
    needsDatabase = true,
  } = operation;
  const { requestExamples, exampleId = 1, responseExample, isConditional = false, ignoresQuery = false } = operation;
  const authorization: Authorization = { access, allowsCustomers };
  const metadata = {
    authorization,
    headers: headersOf(operation),
    requestExamples,
    exampleId,
    responseExample,
    needsDatabase,
    isConditional,
    ignoresQuery,
  };
  const decorate = applyDecorators(
    SetMetadata(representationMetadata, representationOf(operation)),
    SetMetadata(authorizationMetadata, authorization),
    SetMetadata(ignoresQueryMetadata, ignoresQuery),
    ApiOperation({ summary, description, deprecated }),
    ...success(operation),
  );
  return (target, name, descriptor: PropertyDescriptor) => {
    const body = bodyTypeOf(target.constructor as Type, String(name));
    const complete: OperationMetadata = {
      ...metadata,
      problems: problems.map(documentedProblem),
      invalidBody: body && documentedInvalidInput(() => parseBody(body, { no_such_member: true })),
    };
    ApiExtension(operationExtension, complete)(target, name, descriptor);
    decorate(target, name, descriptor);
  };
}

const parseBody = (type: Type<object>, body: object): object =>
  InputErrors.collect('body', (errors) => readDto(type, body, errors)!);

function success({
  returns,
  created,
  dryRun,
  textTypes,
  redirectsBrowsersTo,
}: OperationDescription): MethodDecorator[] {
  if (textTypes) {
    const content = Object.fromEntries(textTypes.map((type) => [type, { schema: { type: 'string' as const } }]));
    if (!returns) return [ApiResponse({ status: 200, description: 'Text.', content })];
    const [type, isArray] = Array.isArray(returns) ? [returns[0], true] : [returns, false];
    const ref = { $ref: getSchemaPath(type) };
    const json = { schema: isArray ? { type: 'array' as const, items: ref } : ref };
    const both = { 'application/json': json, ...content };
    return [
      ApiExtraModels(type),
      ApiResponse({ status: 200, description: 'JSON or text, by content negotiation.', content: both }),
    ];
  }
  if (redirectsBrowsersTo) {
    const description = `Redirect of browsers to ${redirectsBrowsersTo}.`;
    return [
      ApiResponse({ status: 302, description }),
      ApiResponse({ status: 200, description: 'The current state.', type: returns as Type }),
    ];
  }
  if (created) {
    const description = 'Created. Location is its URL.';
    const responses = [HttpCode(201), ApiResponse({ status: 201, description, type: created[0] })];
    if (!dryRun) return responses;
    return [...responses, ApiResponse({ status: 200, description: 'Dry run: nothing was created.', type: dryRun })];
  }
  if (!returns) return [HttpCode(204), ApiResponse({ status: 204, description: 'No content.' })];
  const isArray = Array.isArray(returns);
  const description = isArray ? 'One page of the list, with links to the others in Link.' : 'The current state.';
  return [HttpCode(200), ApiResponse({ status: 200, description, type: isArray ? returns[0] : returns, isArray })];
}

/** Returns the headers of the success response. */
function headersOf(operation: OperationDescription): HeaderName[] {
  const { returns, created, textTypes, redirectsBrowsersTo, isPrivate } = operation;
  if (redirectsBrowsersTo) return [];
  if (isPrivate) return ['No-Store'];
  const validators: HeaderName[] = isTagged(operation) ? ['ETag', 'Cache-Control'] : [];
  if (textTypes) return validators;
  if (created) return ['Location', ...validators];
  return [...validators, ...(Array.isArray(returns) ? (['Link', 'X-Total-Count'] as const) : [])];
}

function representationOf(operation: OperationDescription): Representation {
  const { textTypes, returns, redirectsBrowsersTo, created, dryRun, changes, deprecated = false } = operation;
  const json = ['application/json'];
  return {
    types:
      returns && textTypes
        ? [...textTypes, ...json]
        : (textTypes ?? (redirectsBrowsersTo ? [...json, 'text/html'] : json)),
    tagged: isTagged(operation),
    location: created?.[1],
    dryRun,
    changes,
    deprecated,
  };
}

function isTagged(operation: OperationDescription): boolean {
  const { returns, created, needsDatabase = true, isStatic = false, isPrivate = false } = operation;
  if (isStatic) return true;
  return needsDatabase && !isPrivate && Boolean(returns ?? created);
}
