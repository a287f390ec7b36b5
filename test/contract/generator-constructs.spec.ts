import { committedDocument } from '../support/project.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- walks a document of any shape */
type Place = [pointer: string, node: any];

/** Yields every object of the document outside of examples. */
function* nodes(node: any, pointer = '#'): Generator<Place> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield [pointer, node];
  for (const [name, child] of Object.entries(node)) {
    if (!/^(examples?|default)$/.test(name)) yield* nodes(child, `${pointer}/${name}`);
  }
}

const typesOf = ({ type = [] }: any): string[] => [type].flat();
const textRules = ['pattern', 'minLength', 'maxLength', 'format'];

/** An escaped control character in a regular expression. */
const escapedControl = /\\u00[01]|\\x[01]|\\0|\\c/;

/** Constructs from which a generator of docs/decisions/0041 makes wrong or unusable code. */
const forbidden: Record<string, (node: any) => boolean> = {
  'a control character in a pattern': ({ pattern }) =>
    typeof pattern === 'string' && ([...pattern].some((sign) => sign < ' ') || escapedControl.test(pattern)),
  'a pattern that is valid only with the flag u': ({ pattern }) =>
    typeof pattern === 'string' && (/\\p\{|\\u\{/i.test(pattern) || !isRegExp(pattern)),
  'a choice beside properties': (node) => Boolean(node.properties && (node.oneOf || node.anyOf || node.allOf)),
  'more than one type beside null': (node) => typesOf(node).filter((type) => type !== 'null').length > 1,
  'rules of text for another type': (node) =>
    textRules.some((rule) => rule !== 'format' && rule in node) && !typesOf(node).includes('string'),
  'lists that become long tuples': ({ maxItems = 0, minItems = 0 }) => maxItems > 1000 || minItems > 1,
  'a discriminator of schemas that are not named': ({ discriminator, oneOf = [] }) =>
    Boolean(discriminator) && oneOf.some(({ $ref }: any) => !$ref),
  'a tuple, a condition or a dynamic reference': (node) =>
    ['prefixItems', 'if', 'not', 'dependentSchemas', 'patternProperties', '$dynamicRef', '$defs'].some(
      (name) => name in node,
    ),
};

function isRegExp(pattern: string): boolean {
  try {
    return Boolean(new RegExp(pattern));
  } catch {
    return false;
  }
}

describe('the constructs of the document', () => {
  const document: any = committedDocument();

  it.each(Object.entries(forbidden))('have no %s, which generators handle wrongly', (_, isForbidden) => {
    expect([...nodes(document)].filter(([, node]) => isForbidden(node)).map(([pointer]) => pointer)).toEqual([]);
  });

  it.each([
    ['a control character in a pattern', { pattern: '^[^\\u0000]*$' }],
    ['a pattern that is valid only with the flag u', { pattern: '^\\p{L}+$' }],
    ['a choice beside properties', { properties: {}, oneOf: [] }],
    ['more than one type beside null', { type: ['integer', 'string', 'null'] }],
    ['rules of text for another type', { type: 'integer', pattern: 'x' }],
    ['lists that become long tuples', { type: 'array', maxItems: 10_000 }],
    ['a discriminator of schemas that are not named', { discriminator: {}, oneOf: [{ type: 'object' }] }],
    ['a tuple, a condition or a dynamic reference', { prefixItems: [] }],
  ])('are found if present: %s', (name, node) => {
    expect(forbidden[name]!(node)).toBe(true);
  });

  it('name each operation once, and lists below another resource alike', () => {
    const ids = Object.values<any>(document.paths).flatMap((item) =>
      Object.values<any>(item).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['listClientRents', 'listGenreMovies', 'updateGenreOldPath']));
    expect(ids).not.toContain('updateGenre');
  });

  it('list the codes of errors as an enum', () => {
    const { ProblemCode, ProblemFault } = document.components.schemas;
    expect(ProblemFault.properties.code.$ref).toBe('#/components/schemas/ProblemCode');
    expect(ProblemCode.enum).toEqual(expect.arrayContaining(['required', 'too_long', 'unknown', 'copy_rented']));
  });

  it('document 500 for every operation', () => {
    for (const item of Object.values<any>(document.paths)) {
      for (const { operationId, responses } of Object.values<any>(item)) {
        expect([operationId, Object.keys(responses)]).toEqual([operationId, expect.arrayContaining(['500'])]);
      }
    }
  });
});
