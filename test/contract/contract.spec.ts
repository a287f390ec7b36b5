import { type Exchange, Contract, readAnswer } from '../support/http/contract.js';
import { useShop } from '../support/shop.js';

const problem = {
  type: '/problems/not-found',
  title: 'Not found',
  status: 404,
  detail: 'Genre not found',
  instance: '/genres/1',
  request_id: '1',
};
const genre = { id: 1, name: 'Drama', description: null };
const answer = (changes: Partial<Exchange>, headers: object = {}): Exchange => ({
  method: 'GET',
  target: '/genres/1',
  status: 200,
  body: JSON.stringify(genre),
  ...changes,
  headers: {
    'content-type': 'application/json; charset=utf-8',
    'x-request-id': '1',
    ...(changes.status === undefined && { etag: '"1"', 'cache-control': 'private, no-cache' }),
    ...headers,
  },
});
const notFound = (members: object = {}, target = '/genres/1'): Exchange =>
  answer(
    { target, status: 404, body: JSON.stringify({ ...problem, ...members }) },
    { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  );
const listed = (headers: object): Exchange => answer({ target: '/genres', body: '[]' }, headers);

describe('the contract check of all responses', () => {
  const shop = useShop();
  let contract: Contract;
  beforeAll(async () => {
    const { body } = await shop.api.get('/openapi.json');
    contract = new Contract(body);
  });

  it.each<[string, Exchange]>([
    ['a documented response', answer({})],
    ['a path with a slash at its end', answer({ target: '/genres/1/?' })],
    ['a problem that is documented', notFound()],
    ['404 at an unknown path', notFound({ detail: 'There is nothing there.' }, '/moovies')],
    ['an answer without a body to HEAD', answer({ method: 'HEAD', body: '' })],
    ['a page', listed({ link: '</genres>; rel="first"', 'x-total-count': '7' })],
  ])('accepts %s', (_, good) => {
    expect(() => contract.validate(good)).not.toThrow();
  });

  it.each<[string, Exchange, string]>([
    ['a status', answer({ status: 418 }), 'status 418 is not documented'],
    ['a problem of another operation', notFound({ type: '/problems/genre-in-use' }), 'body/type'],
    ['a problem with another status', { ...notFound(), status: 409 }, 'status 409 is not documented'],
    ['a problem with another request id', notFound({ request_id: '2' }), 'different request ids'],
    ['an extension of a problem', notFound({ movies: 3 }), '"additionalProperty":"movies"'],
    ['a member', answer({ body: JSON.stringify({ ...genre, stock: 1 }) }), '"additionalProperty":"stock"'],
    ['a missing member', answer({ body: JSON.stringify({ id: 1, name: 'Drama' }) }), "required property 'description'"],
    ['a value', answer({ body: JSON.stringify({ ...genre, id: 0 }) }), 'body/id must be >= 1'],
    ['a header', answer({}, { 'x-surprise': '1' }), 'header x-surprise is not documented'],
    ['a missing header', listed({}), 'header Link is missing'],
    ['the value of a header', listed({ link: '<>', 'x-total-count': 'many' }), 'header X-Total-Count must be integer'],
    ['a content type', answer({}, { 'content-type': 'text/html' }), 'content type text/html is not documented'],
    ['a body where there is none', answer({ method: 'DELETE', status: 204 }), 'no body is documented'],
    ['an operation', answer({ method: 'PUT', target: '/genres' }), 'status 200 is not documented'],
    ['a path', answer({ target: '/moovies' }), 'status 200 is not documented'],
  ])('catches %s that is not in the document', (_, bad, violation) => {
    expect(() => contract.validate(bad)).toThrow(violation);
  });

  it('checks every request of a test, and rejects a response that violates the document', async () => {
    const strict = shop.contract.validate;
    const seen: string[] = [];
    shop.contract.validate = ({ method, target, status }) => {
      seen.push(`${method} ${target} ${status}`);
      throw new Error('broken');
    };
    try {
      await expect(shop.api.get('/genres?limit=1')).rejects.toThrow('broken');
      await expect(shop.api.post('/genres').send({ name: 'Drama' })).rejects.toThrow('broken');
      await expect(shop.api.head('/version').expect(200)).rejects.toThrow('broken');
      expect(seen).toEqual(['GET /genres?limit=1 200', 'POST /genres 201', 'HEAD /version 200']);
    } finally {
      shop.contract.validate = strict;
    }
  });

  it('parses a response from a socket', () => {
    const head = [
      'HTTP/1.1 404 Not Found',
      'Content-Type: application/problem+json',
      'Cache-Control: no-store',
      'X-Request-Id: 1',
    ];
    const read = readAnswer('GET', '/genres/1', [...head, '', JSON.stringify(problem)].join('\r\n'));
    expect(() => contract.validate(read)).not.toThrow();
  });
});
