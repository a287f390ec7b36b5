import { type DomainErrorClass, type ExtensionType, ruleCodes } from '../../../kernel/domain-error.js';
import { HttpProblem, type HttpProblemName, inputErrorCodes, maxReportedErrors } from '../problems/http-problem.js';
import { type HeaderName, headerRefs } from './headers.js';
import { maxId } from '../dto/path-id.js';
import {
  describeProblem,
  type ProblemType,
  problemUri,
  typeOfDomainError,
  typeOfHttpProblem,
} from '../problems/problem-details.js';

/** A type of problem and a case of it, as the OpenAPI document shows both. */
export interface DocumentedProblem {
  readonly type: ProblemType;
  readonly example: object;
}

export function documentedProblem(error: DomainErrorClass): DocumentedProblem {
  const { example } = error.description;
  if (!example) throw new Error(`${error.name} shows no example of itself.`);
  return { type: typeOfDomainError(error), example: describeProblem(example()) };
}

export function documentedHttpProblem(name: HttpProblemName, detail: string): DocumentedProblem {
  return { type: typeOfHttpProblem(name), example: describeProblem(new HttpProblem(name, detail)) };
}

/** Documents what `validate` says of an input that it refuses. */
export function documentedInvalidInput(validate: () => unknown): DocumentedProblem {
  try {
    validate();
  } catch (error) {
    if (error instanceof HttpProblem) return { type: typeOfHttpProblem(error.type), example: describeProblem(error) };
    throw error;
  }
  throw new Error('The input that is to show a refusal was not refused.');
}

/** copy-already-rented → CopyAlreadyRentedProblem: what generated clients call it. */
export const schemaNameOf = ({ name }: ProblemType): string =>
  `${name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Problem`;

const errorsSchema = {
  description: `Every fault of the request; where there are more than ${maxReportedErrors}, the first of them.`,
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
  },
  string: { type: 'string', maxLength: 5000 },
};

/** The schema of one type of problem, with its fixed members as constants, so that a client can tell it by them. */
export function problemSchema({ name, title, status, extensions, listsErrors }: ProblemType): object {
  const members = Object.fromEntries(
    Object.entries(extensions).map(([fact, type]) => [
      fact,
      { description: describeExtension(fact), ...extensionSchemas[type] },
    ]),
  );
  return {
    type: 'object',
    description: `${title}. What happened and what to do is said under ${problemUri(name)}.`,
    required: [
      'type',
      'title',
      'status',
      'detail',
      'instance',
      'request_id',
      ...Object.keys(members),
      ...(listsErrors ? ['errors'] : []),
    ],
    properties: {
      type: {
        description: 'The type of problem, and the page that explains it.',
        type: 'string',
        const: problemUri(name),
      },
      title: { description: 'The same for every problem of the type.', type: 'string', const: title },
      status: { description: 'The HTTP status.', type: 'integer', format: 'int32', const: status },
      detail: { description: 'This case, in plain words.', type: 'string', minLength: 1, maxLength: 100_000 },
      instance: { description: 'The path that was asked for.', type: 'string', maxLength: 100_000 },
      request_id: {
        description: "Names the request in the service's log.",
        type: 'string',
        minLength: 1,
        maxLength: 128,
      },
      ...(listsErrors ? { errors: errorsSchema } : {}),
      ...members,
    },
  };
}

const describeExtension = (fact: string): string =>
  `For programs: the ${fact.replaceAll('_', ' ')} that the detail speaks of.`;

export const codeSchema = {
  type: 'string',
  description: 'Why a member or a parameter is refused: its form, or a rule of the shop.',
  enum: [...new Set([...inputErrorCodes, ...ruleCodes])],
};

export const problemErrorSchema = {
  type: 'object',
  description: 'One fault of a request: where it is, and what.',
  required: ['code', 'detail'],
  properties: {
    pointer: { description: 'Where in the body, as a JSON pointer (RFC 6901).', type: 'string', maxLength: 10_000 },
    parameter: {
      description: 'Which parameter of the path, the query or the headers.',
      type: 'string',
      maxLength: 10_000,
    },
    code: { description: 'Why it is refused, for programs.', $ref: '#/components/schemas/ProblemCode' },
    detail: { description: 'What is wrong with it.', type: 'string', minLength: 1, maxLength: 100_000 },
  },
} as const;

/** The answer of an operation that ends in one of `problems`, all of which have the same status. */
export function problemResponse(problems: readonly DocumentedProblem[], instance: string): object {
  const refs = problems.map(({ type }) => ({ $ref: `#/components/schemas/${schemaNameOf(type)}` }));
  const mapping = Object.fromEntries(problems.map(({ type }, index) => [problemUri(type.name), refs[index]!.$ref]));
  const examples = problems.map(({ type, example }) => [
    type.name,
    { summary: type.title, value: { ...example, instance, request_id: exampleRequestId } },
  ]);
  return {
    description: `${[...new Set(problems.map(({ type }) => type.title))].join(', or ')}.`,
    headers: {
      ...headerRefs(['X-Request-Id', 'Vary', ...headersOf(problems[0]!.type.status)]),
      'Cache-Control': headerRefs(['No-Store'])['No-Store'],
    },
    content: {
      'application/problem+json': {
        schema: refs.length === 1 ? refs[0] : { oneOf: refs, discriminator: { propertyName: 'type', mapping } },
        examples: Object.fromEntries(examples) as object,
      },
    },
  };
}

function headersOf(status: number): HeaderName[] {
  const own: Readonly<Record<number, HeaderName>> = { 405: 'Allow', 415: 'Accept', 503: 'Retry-After' };
  return own[status] ? [own[status]] : [];
}

const exampleRequestId = 'b2f7c1de-8d4e-4f7a-9a35-6c1f4f3f8a10';
