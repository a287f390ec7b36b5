import fc from 'fast-check';
import { Arbitraries, hasLoneSurrogates, type Schema } from '../support/http/arbitraries.js';
import { Schemas } from '../support/http/contract.js';
import { committedDocument } from '../support/project.js';

const document = committedDocument() as {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

describe('values generated from a schema', () => {
  const schemas = new Schemas(document);
  const arbitraries = new Arbitraries(document);
  const sample = (values: fc.Arbitrary<unknown>) => fc.sample(values, { numRuns: 200, seed: 1 });
  const isAllowed = (name: string, value: unknown): boolean =>
    [...schemas.violationsOf(`/components/schemas/${name}`, value)].length === 0;
  const inputs = Object.entries(document.components.schemas).filter(([name]) => /(Input|Patch)$/.test(name));

  it.each(inputs)('are valid: %s', (name, schema) => {
    const values = sample(arbitraries.valid(schema));
    expect(values.filter((value) => !isAllowed(name, value))).toEqual([]);
  });

  it.each(inputs)('are invalid if requested: %s', (name, schema) => {
    const values = sample(arbitraries.broken(schema));
    expect(values.filter((value) => isAllowed(name, value) && !hasLoneSurrogates(value))).toEqual([]);
  });
});
