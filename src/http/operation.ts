import { applyDecorators, HttpCode, SetMetadata, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { DomainErrorClass, ErrorDescription, FactType } from '../kernel/domain-error.js';
import { ProblemDto } from './problem.dto.js';
import { statusOf } from './problem.filter.js';
import { kebabCase, snakeCase } from './wire-names.js';

interface OperationDescription {
  /** What it does, in a few words. */
  readonly summary: string;
  readonly description?: string;
  /** The document of a 200; in a list, for a page of them. Without it and `creates`: 204. */
  readonly answers?: Type | [Type];
  /** The document of a 201, and the path under which what was created is found by its id. */
  readonly creates?: readonly [Type, string];
  /** The errors of the shop that this operation can end in. */
  readonly problems?: readonly DomainErrorClass[];
  readonly deprecated?: boolean;
}

export const locationMetadata = 'movie-rental:location';

/** Says of a handler what the OpenAPI document says of it. The operation's id is the handler's name. */
export function Operation(operation: OperationDescription): MethodDecorator {
  const { summary, description, deprecated, problems = [] } = operation;
  return applyDecorators(
    ApiOperation({ summary, description, deprecated }),
    ...success(operation),
    ...problemResponses(problems),
  );
}

function success({ answers, creates }: OperationDescription): MethodDecorator[] {
  if (creates) {
    const [type, location] = creates;
    const headers = { Location: { description: 'Where it is.', schema: { type: 'string' } as const } };
    return [
      SetMetadata(locationMetadata, location),
      HttpCode(201),
      ApiResponse({ status: 201, description: 'Created.', type, headers }),
    ];
  }
  if (!answers) return [HttpCode(204), ApiResponse({ status: 204, description: 'Done.' })];
  if (!Array.isArray(answers))
    return [HttpCode(200), ApiResponse({ status: 200, description: 'Done.', type: answers })];
  const headers = {
    Link: { description: 'The first, previous and next page (RFC 8288).', schema: { type: 'string' } as const },
    'X-Total-Count': { description: 'All rows, with include_total.', schema: { type: 'integer' } as const },
  };
  return [
    HttpCode(200),
    ApiResponse({ status: 200, description: 'One page.', type: answers[0], isArray: true, headers }),
  ];
}

function problemResponses(problems: readonly DomainErrorClass[]): (ClassDecorator & MethodDecorator)[] {
  const statuses = [...new Set(problems.map(({ description }) => statusOf[description.kind]))];
  return statuses.map((status) => {
    const schemas = problems
      .filter(({ description }) => statusOf[description.kind] === status)
      .map(({ name, description }) => problemSchema(name, description));
    return applyDecorators(
      ApiExtraModels(ProblemDto),
      ApiResponse({
        status,
        description: schemas.map(({ title }) => `${title}.`).join(' '),
        content: { 'application/problem+json': { schema: schemas.length === 1 ? schemas[0]! : { oneOf: schemas } } },
      }),
    );
  });
}

const factSchemas: Readonly<Record<FactType, object>> = {
  integer: { type: 'integer' },
  integers: { type: 'array', items: { type: 'integer' } },
  string: { type: 'string' },
};

/** The schema of one type of problem: what all problems share, its fixed members and its facts. */
function problemSchema(name: string, { kind, title, facts = {}, faulty }: ErrorDescription) {
  const members = Object.fromEntries(Object.entries(facts).map(([fact, type]) => [snakeCase(fact), factSchemas[type]]));
  const required = [...Object.keys(members), ...(faulty ? ['errors'] : [])];
  return {
    title,
    allOf: [
      { $ref: getSchemaPath(ProblemDto) },
      {
        type: 'object',
        properties: {
          type: { type: 'string', enum: [`/problems/${kind === 'invalid' ? 'invalid-input' : kebabCase(name)}`] },
          title: { type: 'string', enum: [title] },
          status: { type: 'integer', enum: [statusOf[kind]] },
          ...members,
        },
        ...(required.length > 0 ? { required } : {}),
      },
    ],
  } as { title: string };
}
