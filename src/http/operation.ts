import { applyDecorators, HttpCode, SetMetadata, type Type } from '@nestjs/common';
import { ApiExtension, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { DomainErrorClass } from '../kernel/domain-error.js';
import type { HeaderName } from './openapi-headers.js';
import { documentedProblem, type DocumentedProblem } from './problem-document.js';

interface OperationDescription {
  /** What it does, in a few words. */
  readonly summary: string;
  /** What it is for, and what is worth knowing before it is called. */
  readonly description: string;
  /** The document of a 200; in a list, for a page of them. Without it and `creates`: 204. */
  readonly answers?: Type | [Type];
  /** In place of `answers`, for text: the media types it can be had as, the first where nobody minds. */
  readonly text?: readonly string[];
  /** Where a browser is led to instead. */
  readonly leadsBrowsersTo?: string;
  /** The document of a 201, and the path under which what was created is found by its id. */
  readonly creates?: readonly [Type, string];
  /** The errors of the shop that only this operation and its like can end in. Those of any operation go without saying. */
  readonly problems?: readonly DomainErrorClass[];
  /** Bodies to try it with, each under the words that say what it shows. The first is filled in under /docs. */
  readonly tries?: Readonly<Record<string, object>>;
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
  readonly shows?: object;
  readonly withoutDatabase: boolean;
}

/** What is sent where an operation succeeds. */
export interface Representation {
  /** The media types to choose from. */
  readonly types: readonly string[];
  /** Whether it carries a tag. */
  readonly tagged: boolean;
  /** The path under which what was created is found by its id. */
  readonly location?: string;
}

export const representationMetadata = 'movie-rental:representation';
export const ignoresQueryMetadata = 'movie-rental:ignores-query';
export const factsExtension = 'x-facts';

/** Says of a handler what the OpenAPI document says of it. The operation's id is the handler's name. */
export function Operation(operation: OperationDescription): MethodDecorator {
  const { summary, description, deprecated, problems = [], tries, shows, withoutDatabase = false } = operation;
  const facts: OperationFacts = {
    problems: problems.map(documentedProblem),
    headers: headersOf(operation),
    tries,
    shows,
    withoutDatabase,
  };
  return applyDecorators(
    SetMetadata(representationMetadata, representationOf(operation)),
    SetMetadata(ignoresQueryMetadata, operation.ignoresQuery),
    ApiOperation({ summary, description, deprecated }),
    ApiExtension(factsExtension, facts),
    ...success(operation),
  );
}

function success({ answers, creates, text, leadsBrowsersTo }: OperationDescription): MethodDecorator[] {
  if (text) {
    const content = Object.fromEntries(text.map((type) => [type, { schema: { type: 'string' as const } }]));
    return [ApiResponse({ status: 200, description: 'The text.', content })];
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
  const { text, leadsBrowsersTo, creates } = operation;
  const json = ['application/json'];
  return {
    types: text ?? (leadsBrowsersTo ? [...json, 'text/html'] : json),
    tagged: isTagged(operation),
    location: creates?.[1],
  };
}

function isTagged({ answers, creates, withoutDatabase = false, isStatic = false }: OperationDescription): boolean {
  if (isStatic) return true;
  return !withoutDatabase && Boolean(answers ?? creates);
}
