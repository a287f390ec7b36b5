import { openDemoShop } from '../support/http/demo-shop.js';
import { answering, call, type Operation, operations } from '../support/http/operations.js';
import { committedDocument } from '../support/project.js';
import { useShop } from '../support/shop.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- walks a document of any shape */
const document: any = committedDocument();
const documented = ({ method, path }: Operation): any => document.paths[path][method];

/** Expects the rows of a list that its example shows, among others. */
const containing = (shown: any): unknown => {
  if (Array.isArray(shown)) return expect.arrayContaining(shown.map(containing));
  if (typeof shown !== 'object' || shown === null) return shown;
  return Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, containing(value)]));
};

describe('the examples of the document, on the data of npm run demo', () => {
  let shop: Awaited<ReturnType<typeof openDemoShop>>;
  beforeEach(async () => {
    shop = await openDemoShop();
  });
  afterEach(() => shop.close());

  /** Calls an operation with all its examples, like a contract tester. */
  async function tryOut(operation: Operation): Promise<[string, number, any]> {
    const { parameters = [] } = documented(operation);
    const pairs = parameters.filter((each: any) => each.in === 'query' && each.example !== undefined);
    const query = new URLSearchParams(pairs.map(({ name, example }: any) => [name, String(example)])).toString();
    const answer = await call(shop.api, operation, { id: operation.exampleId, query: query && `?${query}` });
    return [operation.operationId, answer.status, answer.body];
  }

  it.each([
    ['in their order', operations],
    ['in the reverse order', [...operations].reverse()],
  ])('make each operation succeed, %s', async (_, all) => {
    const refused = [];
    for (const operation of all) {
      const [operationId, status, body] = await tryOut(operation);
      if (status >= 300) refused.push([operationId, status, body]);
    }
    expect(refused).toEqual([]);
  });

  it('show the exact response of each GET, and of closing a rental again', async () => {
    const ofShop = operations.filter((operation) => !documented(operation).tags.includes('Service'));
    // The times of events are those of the test.
    const reads = ofShop.filter(
      ({ method, operationId }) =>
        (method === 'get' && operationId !== 'listEvents') || operationId === 'closeMovieRent',
    );
    for (const operation of reads) {
      const shown = documented(operation).responses[200].content['application/json'].examples.example.value;
      const [operationId, , body] = await tryOut(operation);
      const expected = operationId === 'exportClient' || Array.isArray(shown) ? containing(shown) : shown;
      expect([operationId, body]).toEqual([operationId, expected]);
    }
  });
});

describe('the examples of lists', () => {
  it('show at least one row', () => {
    const shown = operations.flatMap((operation) => {
      const { content } = documented(operation).responses[200] ?? {};
      const list = content?.['application/json']?.examples?.example.value;
      return Array.isArray(list) ? [[operation.operationId, list.length > 0]] : [];
    });
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter(([, isFilled]) => !isFilled)).toEqual([]);
  });
});

describe('the examples of 422', () => {
  const shop = useShop();

  it.each(answering(422))('are the responses of the service: $operationId', async (operation) => {
    const { $ref, content } = documented(operation).responses[422];
    const { examples } = (content ?? document.components.responses[$ref.split('/').at(-1)].content)[
      'application/problem+json'
    ];
    const { instance: _instance, request_id: _id, ...shown } = examples['invalid-input'].value;
    const invalid = operation.body ? call(shop.api, { ...operation, body: { no_such_member: true } }) : undefined;
    const { status, body } = await (invalid ?? call(shop.api, operation, { query: '?limt=5' }));
    expect({ status, body }).toMatchObject({ status: 422, body: shown });
    expect(shown.errors.length).toBeGreaterThan(0);
  });
});

describe('examples of parameters', () => {
  const parameters = operations.flatMap((operation) => documented(operation).parameters ?? []);

  it('exist for each path parameter', () => {
    const bare = parameters.filter((each: any) => each.in === 'path' && each.example === undefined);
    expect(bare).toEqual([]);
  });

  it('do not exist for headers, which would allow only one try', () => {
    const headers = parameters.filter((each: any) => each.in === 'header');
    expect(headers.length).toBeGreaterThan(0);
    for (const header of headers) expect(JSON.stringify(header)).not.toMatch(/"(example|examples|default)"/);
  });
});
