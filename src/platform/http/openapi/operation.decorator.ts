import { applyDecorators, HttpCode, SetMetadata, type Type } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { DomainErrorClass } from '../../../kernel/domain-error.js';
import { bodyTypeOf } from '../requests/body-type.js';
import { readDto } from '../dto/dto-reader.js';
import { InputErrors } from '../problems/input-errors.js';
import type { HeaderName } from './headers.js';
import { documentedProblem, type DocumentedProblem, documentedInvalidInput } from './problem-schemas.js';

interface OperationDescription {
  /** What it does, in a few words. */
  readonly summary: string;
  /** What it is for, and what is worth knowing before it is called. */
  readonly description: string;
  /** The document of a 200; in a list, for a page of them. Without it and `creates`: 204. */
  readonly returns?: Type | [Type];
  /** The media types of an answer that is text; with `answers`, other than JSON. */
  readonly textTypes?: readonly string[];
  /** Where a browser is led to instead. */
  readonly redirectsBrowsersTo?: string;
  /** The document of a 201, and the path under which what was created is found by its id. */
  readonly created?: readonly [Type, string];
  /** The errors of the shop that only this operation and its like can end in. Those of any operation go without saying. */
  readonly problems?: readonly DomainErrorClass[];
  /** Bodies to try it with, each under the words that say what it shows. The first is filled in under /docs. */
  readonly requestExamples?: Readonly<Record<string, object>>;
  /** The id to try it with, of a row of the demonstration that no other example changes or deletes. */
  readonly exampleId?: number;
  /** Where the answer's example differs from what its members' examples add up to. */
  readonly responseExample?: object;
  /** Whether it answers the same whatever becomes of the database. */
  readonly needsDatabase?: boolean;
  /** Whether it returns a StaticDocument, which carries a tag. */
  readonly isStatic?: boolean;
  readonly deprecated?: boolean;
  /** Whether query parameters that it doesn't have are ignored. */
  readonly ignoresQuery?: boolean;
}

/** What openapi.ts completes an operation by. It is in the document only until then. */
export interface OperationMetadata {
  readonly problems: readonly DocumentedProblem[];
  readonly headers: readonly HeaderName[];
  readonly requestExamples?: OperationDescription['requestExamples'];
  readonly exampleId: number;
  readonly responseExample?: object;
  /** What is said of a body that is invalid, where it takes one. */
  readonly invalidBody?: DocumentedProblem;
  readonly needsDatabase: boolean;
  readonly ignoresQuery: boolean;
}

/** What is sent where an operation succeeds. */
export interface Representation {
  /** The media types to choose from. */
  readonly types: readonly string[];
  /** Whether it carries a tag. */
  readonly tagged: boolean;
  /** The path under which what was created is found by its id. */
  readonly location?: string;
  readonly deprecated: boolean;
}

export const representationMetadata = 'movie-rental:representation';
export const ignoresQueryMetadata = 'movie-rental:ignores-query';
export const operationExtension = 'x-operation-metadata';

/** Says of a handler what the OpenAPI document says of it. The operation's id is the handler's name. */
export function Operation(operation: OperationDescription): MethodDecorator {
  const { summary, description, deprecated, problems = [], needsDatabase = true } = operation;
  const { requestExamples, exampleId = 1, responseExample, ignoresQuery = false } = operation;
  const metadata = {
    headers: headersOf(operation),
    requestExamples,
    exampleId,
    responseExample,
    needsDatabase,
    ignoresQuery,
  };
  const decorate = applyDecorators(
    SetMetadata(representationMetadata, representationOf(operation)),
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

function success({ returns, created, textTypes, redirectsBrowsersTo }: OperationDescription): MethodDecorator[] {
  if (textTypes) {
    const content = Object.fromEntries(textTypes.map((type) => [type, { schema: { type: 'string' as const } }]));
    if (!returns) return [ApiResponse({ status: 200, description: 'The text.', content })];
    const [type, isArray] = Array.isArray(returns) ? [returns[0], true] : [returns, false];
    const ref = { $ref: getSchemaPath(type) };
    const json = { schema: isArray ? { type: 'array' as const, items: ref } : ref };
    const both = { 'application/json': json, ...content };
    return [ApiExtraModels(type), ApiResponse({ status: 200, description: 'As data or as text.', content: both })];
  }
  if (redirectsBrowsersTo) {
    const description = `A browser is led to ${redirectsBrowsersTo}.`;
    return [
      ApiResponse({ status: 302, description }),
      ApiResponse({ status: 200, description: 'As it is now.', type: returns as Type }),
    ];
  }
  if (created) {
    const description = 'Created, and found from now on where Location says.';
    return [HttpCode(201), ApiResponse({ status: 201, description, type: created[0] })];
  }
  if (!returns) return [HttpCode(204), ApiResponse({ status: 204, description: 'Done; there is nothing to show.' })];
  const isArray = Array.isArray(returns);
  const description = isArray ? 'One page of the list. Link says where the others are.' : 'As it is now.';
  return [HttpCode(200), ApiResponse({ status: 200, description, type: isArray ? returns[0] : returns, isArray })];
}

/** The headers of the answer that all goes well with. */
function headersOf(operation: OperationDescription): HeaderName[] {
  const { returns, created, textTypes, redirectsBrowsersTo } = operation;
  if (redirectsBrowsersTo) return [];
  const validators: HeaderName[] = isTagged(operation) ? ['ETag', 'Cache-Control'] : [];
  if (textTypes) return validators;
  if (created) return ['Location', ...validators];
  return [...validators, ...(Array.isArray(returns) ? (['Link', 'X-Total-Count'] as const) : [])];
}

function representationOf(operation: OperationDescription): Representation {
  const { textTypes, returns, redirectsBrowsersTo, created, deprecated = false } = operation;
  const json = ['application/json'];
  return {
    types:
      returns && textTypes
        ? [...textTypes, ...json]
        : (textTypes ?? (redirectsBrowsersTo ? [...json, 'text/html'] : json)),
    tagged: isTagged(operation),
    location: created?.[1],
    deprecated,
  };
}

function isTagged({ returns, created, needsDatabase = true, isStatic = false }: OperationDescription): boolean {
  if (isStatic) return true;
  return needsDatabase && Boolean(returns ?? created);
}
