import { applyDecorators, HttpCode, SetMetadata, type Type } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { DomainErrorClass } from '../../../kernel/domain-error.js';
import { bodyTypeOf } from '../requests/body-type.js';
import { readDto } from '../dto/dto-reader.js';
import { InputErrors } from '../problems/input-errors.js';
import type { HeaderName } from './headers.js';
import { documentedProblem, type DocumentedProblem, documentedRefusal } from './problem-schemas.js';

interface OperationDescription {
  /** What it does, in a few words. */
  readonly summary: string;
  /** What it is for, and what is worth knowing before it is called. */
  readonly description: string;
  /** The document of a 200; in a list, for a page of them. Without it and `creates`: 204. */
  readonly answers?: Type | [Type];
  /** The media types of an answer that is text; with `answers`, other than JSON. */
  readonly text?: readonly string[];
  /** Where a browser is led to instead. */
  readonly leadsBrowsersTo?: string;
  /** The document of a 201, and the path under which what was created is found by its id. */
  readonly creates?: readonly [Type, string];
  /** The errors of the shop that only this operation and its like can end in. Those of any operation go without saying. */
  readonly problems?: readonly DomainErrorClass[];
  /** Bodies to try it with, each under the words that say what it shows. The first is filled in under /docs. */
  readonly tries?: Readonly<Record<string, object>>;
  /** The id to try it with, of a row of the demonstration that no other example changes or deletes. */
  readonly triesId?: number;
  /** Where the answer's example differs from what its members' examples add up to. */
  readonly shows?: object;
  /** Whether it answers the same whatever becomes of the database. */
  readonly withoutDatabase?: boolean;
  /** Whether it returns a StaticDocument, which carries a tag. */
  readonly isStatic?: boolean;
  readonly deprecated?: boolean;
  /** Whether query parameters that it doesn't have are ignored. */
  readonly ignoresQuery?: boolean;
}

/** What openapi.ts completes an operation by. It is in the document only until then. */
export interface OperationFacts {
  readonly problems: readonly DocumentedProblem[];
  readonly headers: readonly HeaderName[];
  readonly tries?: OperationDescription['tries'];
  readonly triesId: number;
  readonly shows?: object;
  /** What is said of a body that is invalid, where it takes one. */
  readonly invalidBody?: DocumentedProblem;
  readonly withoutDatabase: boolean;
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
export const factsExtension = 'x-facts';

/** Says of a handler what the OpenAPI document says of it. The operation's id is the handler's name. */
export function Operation(operation: OperationDescription): MethodDecorator {
  const { summary, description, deprecated, problems = [], withoutDatabase = false } = operation;
  const { tries, triesId = 1, shows, ignoresQuery = false } = operation;
  const facts = { headers: headersOf(operation), tries, triesId, shows, withoutDatabase, ignoresQuery };
  const decorate = applyDecorators(
    SetMetadata(representationMetadata, representationOf(operation)),
    SetMetadata(ignoresQueryMetadata, ignoresQuery),
    ApiOperation({ summary, description, deprecated }),
    ...success(operation),
  );
  return (target, name, descriptor: PropertyDescriptor) => {
    const body = bodyTypeOf(target.constructor as Type, String(name));
    const complete: OperationFacts = {
      ...facts,
      problems: problems.map(documentedProblem),
      invalidBody: body && documentedRefusal(() => readBodyOf(body, { no_such_member: true })),
    };
    ApiExtension(factsExtension, complete)(target, name, descriptor);
    decorate(target, name, descriptor);
  };
}

const readBodyOf = (type: Type<object>, body: object): object =>
  InputErrors.collect('body', (errors) => readDto(type, body, errors)!);

function success({ answers, creates, text, leadsBrowsersTo }: OperationDescription): MethodDecorator[] {
  if (text) {
    const content = Object.fromEntries(text.map((type) => [type, { schema: { type: 'string' as const } }]));
    if (!answers) return [ApiResponse({ status: 200, description: 'The text.', content })];
    const [type, isArray] = Array.isArray(answers) ? [answers[0], true] : [answers, false];
    const ref = { $ref: getSchemaPath(type) };
    const json = { schema: isArray ? { type: 'array' as const, items: ref } : ref };
    const both = { 'application/json': json, ...content };
    return [ApiExtraModels(type), ApiResponse({ status: 200, description: 'As data or as text.', content: both })];
  }
  if (leadsBrowsersTo) {
    const description = `A browser is led to ${leadsBrowsersTo}.`;
    return [
      ApiResponse({ status: 302, description }),
      ApiResponse({ status: 200, description: 'As it is now.', type: answers as Type }),
    ];
  }
  if (creates) {
    const description = 'Created, and found from now on where Location says.';
    return [HttpCode(201), ApiResponse({ status: 201, description, type: creates[0] })];
  }
  if (!answers) return [HttpCode(204), ApiResponse({ status: 204, description: 'Done; there is nothing to show.' })];
  const isArray = Array.isArray(answers);
  const description = isArray ? 'One page of the list. Link says where the others are.' : 'As it is now.';
  return [HttpCode(200), ApiResponse({ status: 200, description, type: isArray ? answers[0] : answers, isArray })];
}

/** The headers of the answer that all goes well with. */
function headersOf(operation: OperationDescription): HeaderName[] {
  const { answers, creates, text, leadsBrowsersTo } = operation;
  if (leadsBrowsersTo) return [];
  const validators: HeaderName[] = isTagged(operation) ? ['ETag', 'Cache-Control'] : [];
  if (text) return validators;
  if (creates) return ['Location', ...validators];
  return [...validators, ...(Array.isArray(answers) ? (['Link', 'X-Total-Count'] as const) : [])];
}

function representationOf(operation: OperationDescription): Representation {
  const { text, answers, leadsBrowsersTo, creates, deprecated = false } = operation;
  const json = ['application/json'];
  return {
    types: answers && text ? [...text, ...json] : (text ?? (leadsBrowsersTo ? [...json, 'text/html'] : json)),
    tagged: isTagged(operation),
    location: creates?.[1],
    deprecated,
  };
}

function isTagged({ answers, creates, withoutDatabase = false, isStatic = false }: OperationDescription): boolean {
  if (isStatic) return true;
  return !withoutDatabase && Boolean(answers ?? creates);
}
