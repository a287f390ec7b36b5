import { type DomainErrorClass, type ExtensionType, type Facts, ruleCodes } from '../../../kernel/domain-error.js';
import { maxPageLimit } from '../../../kernel/page.js';
import { HttpProblem, type HttpProblemName, inputErrorCodes, maxReportedErrors } from '../problems/http-problem.js';
import { type HeaderName, headerRefs, rateLimitHeaders } from './headers.js';
import { maxId } from '../dto/path-id.js';
import { snakeCase } from '../problems/naming.js';
import {
  describeProblem,
  type ProblemType,
  problemUri,
  typeOfDomainError,
  typeOfHttpProblem,
} from '../problems/problem-details.js';

/** A problem type with an example, for the OpenAPI document. */
export interface DocumentedProblem {
  readonly type: ProblemType;
  readonly example: object;
}

export function documentedProblem(error: DomainErrorClass): DocumentedProblem {
  const { example } = error.description;
  if (!example) throw new Error(`${error.name} has no example.`);
  return { type: typeOfDomainError(error), example: describeProblem(example()) };
}

export function documentedHttpProblem(name: HttpProblemName, detail: string): DocumentedProblem {
  return { type: typeOfHttpProblem(name), example: describeProblem(new HttpProblem(name, detail)) };
}

/** Documents the problem that `validate` throws for an invalid input. */
export function documentedInvalidInput(validate: () => unknown): DocumentedProblem {
  try {
    validate();
  } catch (error) {
    if (error instanceof HttpProblem) return { type: typeOfHttpProblem(error.type), example: describeProblem(error) };
    throw error;
  }
  throw new Error('The example of an invalid input was accepted.');
}

/** Returns the schema name: copy-already-rented → CopyAlreadyRentedProblem. */
export const schemaNameOf = ({ name }: ProblemType): string =>
  `${name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Problem`;

const errorsSchema = {
  description: `All errors of the request, or the first ${maxReportedErrors}.`,
  type: 'array',
  items: { $ref: '#/components/schemas/ProblemFault' },
  minItems: 1,
  maxItems: maxReportedErrors,
};

const extensionSchemas: Readonly<Record<ExtensionType, object>> = {
  integer: { type: 'integer', format: 'int32', minimum: 0, maximum: maxId },
  integers: {
    type: 'array',
    items: { type: 'integer', format: 'int32', minimum: 1, maximum: maxId },
    maxItems: maxPageLimit,
  },
  string: { type: 'string', maxLength: 5000 },
};

/** Returns the schema of a problem type. Fixed members are constants, by which clients can discriminate. */
export function problemSchema({ name, title, status, extensions, listsErrors }: ProblemType): object {
  const members = Object.fromEntries(
    Object.entries(extensions).map(([name, type]) => [
      name,
      { description: describeExtension(name), ...extensionSchemas[type] },
    ]),
  );
  return {
    type: 'object',
    description: `${title}. See ${problemUri(name)} for cause and remedy.`,
    required: [
      'type',
      'title',
      'status',
      'detail',
      'instance',
      'request_id',
      ...Object.keys(members),
      ...(listsErrors === true ? ['errors'] : []),
    ],
    properties: {
      type: {
        description: 'The problem type, and the URL of its page.',
        type: 'string',
        const: problemUri(name),
      },
      title: { description: 'Title, the same for every problem of this type.', type: 'string', const: title },
      status: {
        description: 'HTTP status.',
        type: 'integer',
        format: 'int32',
        const: status,
        minimum: 400,
        maximum: 599,
      },
      detail: { description: 'Explanation of this occurrence.', type: 'string', minLength: 1, maxLength: 100_000 },
      instance: { description: 'Path of the request.', type: 'string', maxLength: 100_000 },
      request_id: {
        description: "Identifies the request in the service's log.",
        type: 'string',
        minLength: 1,
        maxLength: 128,
      },
      ...(listsErrors ? { errors: errorsSchema } : {}),
      ...members,
    },
  };
}

const describeExtension = (name: string): string => `Machine-readable: the ${name.replaceAll('_', ' ')} in the detail.`;

export const codeSchema = {
  type: 'string',
  description: 'Machine-readable reason: a validation error or a violated business rule.',
  enum: [...new Set([...inputErrorCodes, ...ruleCodes])],
};

const countSchema = { type: 'integer', format: 'int32', minimum: 0, maximum: maxId };
const dateSchema = { type: ['string', 'null'], format: 'date' };

const factSchemas = {
  limit: {
    description:
      '`limit_reached`: copies that the client may have out. `renewal_limit_reached`: renewals of a line. ' +
      '`stock_too_high`: copies that a movie may have in stock.',
    ...countSchema,
  },
  open: {
    description: '`limit_reached`: copies that the client has out, without those of the request.',
    ...countSchema,
  },
  renewals: { description: '`renewal_limit_reached`: how often the line was renewed.', ...countSchema },
  until: { description: '`client_blocked`: the last date of the block; null if it has no end.', ...dateSchema },
  dueOn: {
    description:
      '`copy_rented`: when the copy that is out is due. `no_copy_available`: when the first copy of the movie is due. ' +
      '`due_date_unchanged`: when the line is due. ' +
      '`client_has_overdue`: when the first of the overdue copies was due. Null if there is no due date.',
    ...dateSchema,
  },
} satisfies Record<keyof Facts, object>;

export const problemErrorSchema = {
  type: 'object',
  description: 'An error in the request, with its location.',
  required: ['code', 'detail'],
  properties: {
    pointer: { description: 'Location in the body, as a JSON pointer (RFC 6901).', type: 'string', maxLength: 10_000 },
    parameter: {
      description: 'Name of the parameter in path, query or headers.',
      type: 'string',
      maxLength: 10_000,
    },
    code: { description: 'Machine-readable reason.', $ref: '#/components/schemas/ProblemCode' },
    detail: { description: 'Explanation of the error.', type: 'string', minLength: 1, maxLength: 100_000 },
    overridable: {
      description: 'Whether a clerk may lift the rule by `override`. Present for rules of the shop.',
      type: 'boolean',
    },
    ...Object.fromEntries(Object.entries(factSchemas).map(([name, schema]) => [snakeCase(name), schema])),
  },
};

/** Returns the response for `problems`, which all have the same status. */
export function problemResponse(problems: readonly DocumentedProblem[], instance: string): object {
  const refs = problems.map(({ type }) => ({ $ref: `#/components/schemas/${schemaNameOf(type)}` }));
  const mapping = Object.fromEntries(problems.map(({ type }, index) => [problemUri(type.name), refs[index]!.$ref]));
  const examples = problems.map(({ type, example }) => [
    type.name,
    { summary: type.title, value: { ...example, instance, request_id: exampleRequestId } },
  ]);
  return {
    description: `${[...new Set(problems.map(({ type }) => type.title))].join(', or ')}.`,
    headers: headerRefs([
      'X-Request-Id',
      'Vary',
      ...rateLimitHeaders,
      ...headersOf(problems[0]!.type.status),
      'No-Store',
    ]),
    content: {
      'application/problem+json': {
        schema: refs.length === 1 ? refs[0] : { oneOf: refs, discriminator: { propertyName: 'type', mapping } },
        examples: Object.fromEntries(examples) as object,
      },
    },
  };
}

function headersOf(status: number): HeaderName[] {
  const own: Readonly<Record<number, HeaderName>> = {
    401: 'WWW-Authenticate',
    403: 'WWW-Authenticate',
    405: 'Allow',
    415: 'Accept',
    429: 'Retry-After',
    503: 'Retry-After',
  };
  return own[status] ? [own[status]] : [];
}

const exampleRequestId = 'b2f7c1de-8d4e-4f7a-9a35-6c1f4f3f8a10';
