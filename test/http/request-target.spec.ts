import fc, { type Arbitrary } from 'fast-check';
import { type Program, startService } from '../../scripts/servers/program.js';
import { type Exchange, readAnswer } from '../support/http/contract.js';
import { freshDatabase, type FreshDatabase } from '../support/engine.js';
import { sendRaw } from '../support/http/socket.js';

describe('the request target', () => {
  let database: FreshDatabase;
  let service: Program;
  let url: string;
  beforeAll(async () => {
    database = await freshDatabase();
    ({ service, url } = await startService({ DATABASE_URL: database.url }));
  });
  afterAll(async () => {
    await service.kill('SIGKILL');
    await database.drop();
  });

  async function request(method: string, target: string): Promise<Exchange> {
    const bytes = `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    return readAnswer(method, target, await sendRaw(url, Buffer.from(bytes, 'latin1')));
  }

  it.each([
    ['GET', 'http://[::1/movies'],
    ['POST', 'http://[/genres'],
    ['GET', 'http://'],
    ['GET', 'http:///movies'],
    ['GET', 'http://localhost:port/'],
    ['GET', 'http://localhost:123456/'],
    ['GET', 'http://localhost:65536/'],
    ['GET', 'http://xn--/'],
    ['DELETE', 'http://xn--a/movies/1'],
    ['GET', 'http://256.0.0.1/'],
    ['HEAD', 'http://127.0.0.0.1/'],
    ['GET', 'http://clerk:secret@localhost/'],
    ['GET', 'http://localhost\\movies'],
    ['GET', 'ftp://localhost/movies'],
    ['GET', 'movies'],
    ['GET', '*'],
    ['GET', '/movies\\1'],
    ['GET', '/movies#1'],
    ['GET', '/movies?title=a#1'],
    ['GET', '/movies/\0'],
    ['GET', '/movies/\x7f'],
    ['GET', '/movies?title=\xe9'],
    ['GET', '/genres/%'],
    ['GET', '/genres/%ff'],
    ['GET', '/docs/%'],
    ['GET', '/movies?title=%zz'],
  ])('gets 400 malformed-request for %s %j', async (method, target) => {
    expectProblem(await request(method, target), 400, 'malformed-request');
  });

  it.each([
    ['GET', '/movies', 200],
    ['GET', '/mov%69es', 200],
    ['GET', '/%6Dovie%5Frents?limit=1', 200],
    ['GET', 'http://localhost/gen%72es?limit=1', 200],
    ['GET', '/h%65alth/liv%65', 200],
    ['GET', '/movies%2F1', 404],
    ['GET', '/%4Dovies', 404],
    ['GET', '/movies?title=a\\b[]|{}^`', 200],
    ['GET', 'http://localhost/movies', 200],
    ['GET', 'HTTPS://LOCALHOST:443/movies?limit=1', 200],
    ['GET', 'http://localhost', 200],
    ['GET', 'http://localhost?', 200],
    ['GET', 'http://[::1]:3000/health/live', 200],
    ['OPTIONS', '*', 204],
    ['OPTIONS', 'http://localhost', 204],
    ['OPTIONS', 'http://localhost/movies', 204],
    ['GET', '//movies', 404],
    ['GET', '//localhost/movies', 404],
    ['GET', '/%2e%2e/movies', 404],
    ['GET', '/../movies', 404],
    ['GET', '/movies/../genres', 404],
    ['TRACE', '/movies', 405],
    ['PROPFIND', 'http://localhost/movies', 405],
    ['GET', 'http://shop.example/movies', 421],
  ])('is used literally: %s %s gets %i', async (method, target, status) => {
    const answer = await request(method, target);
    expect(answer.status).toBe(status);
    if (status >= 400) expectProblem(answer, status);
  });

  it.each([
    ['10 kB', 'x'.repeat(10_000), 404],
    ['10,000 slashes', '/'.repeat(10_000), 404],
    ['20 kB', 'x'.repeat(20_000), 431],
  ])('may be long: %s', async (_, path, status) => {
    expectProblem(await request('GET', `/${path}`), status);
  });

  it('of OPTIONS may be the whole server, which allows all methods', async () => {
    const { headers } = await request('OPTIONS', '*');
    expect(headers['allow']).toBe('DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT');
  });

  it.each(['/METRICS', '/Movies', '/DOCS', '/OpenAPI.json'])(
    'has a case-sensitive path: %s gets 404',
    async (target) => {
      expectProblem(await request('GET', target), 404, 'not-found');
    },
  );

  it('may have a trailing slash', async () => {
    expect((await request('GET', '/clients/')).status).toBe(200);
  });

  it.each(['//evil.example/x', '/%2F/evil.example', '///', '//evil.example:80/?x=1'])(
    'never becomes a link to another host: the instance of the problem of %s',
    async (target) => {
      const { status, body } = await request('GET', target);
      expect(status).toBe(404);
      const { instance } = JSON.parse(body) as { instance: string };
      expect(new URL(instance, 'http://shop.example/rental/').host).toBe('shop.example');
      expect(new URL(instance, url).pathname).toBe(target.split('?')[0]);
    },
  );

  it('of any form gets a regular response or a problem, and the process continues (fuzzing)', async () => {
    const seed = Number(process.env['TEST_SEED'] ?? 20_261_126);
    const requests = fc.sample(fc.tuple(methods, targets()), { numRuns: 400, seed });
    for (let first = 0; first < requests.length; first += 40) {
      const some = requests.slice(first, first + 40);
      const answers = await Promise.all(some.map(([method, target]) => request(method, target)));
      for (const answer of answers) {
        expect([answer.method, answer.target, answer.status]).not.toContain(NaN);
        expect(answer.status).toBeLessThan(500);
        if (answer.status >= 400) expectProblem(answer, answer.status);
      }
    }
    expect((await request('GET', '/health/live')).status).toBe(200);
    expect(service.stderr).toBe('');
    // Malformed targets are errors of clients, not of the service.
    expect(service.stdout).not.toContain('"level":"error"');
  });

  it('does not affect graceful shutdown', async () => {
    expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});

function expectProblem({ method, headers, status, body }: Exchange, expected: number, type?: string): void {
  expect(status).toBe(expected);
  expect(headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.any(String),
    'x-request-id': expect.any(String),
  });
  if (method === 'HEAD') return;
  const problem = JSON.parse(body) as Record<string, unknown>;
  expect(problem).toMatchObject({ status, request_id: headers['x-request-id'] });
  if (type) expect(problem['type']).toBe(`/problems/${type}`);
}

const methods = fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE', 'TRACE', 'CONNECT', 'PROPFIND');

/** Returns valid and invalid targets, and valid ones with a replaced byte, without line breaks. */
function targets(): Arbitrary<string> {
  const ascii = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
  const byte = fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code));
  const text = (unit: Arbitrary<string>) => fc.string({ unit, maxLength: 20 });
  const host = fc.oneof(
    fc.constantFrom(
      'localhost',
      '127.0.0.1:80',
      '[::1]',
      '[::1',
      '[',
      'xn--',
      'xn--a',
      '',
      ':',
      '@',
      '::1',
      '%41',
      '0x7f.1',
    ),
    text(ascii),
  );
  const path = fc.oneof(fc.constantFrom('', '/', '/movies', '/genres/1', '/docs/', '/%', '/%00', '/..;/'), text(ascii));
  const query = fc.oneof(fc.constantFrom('', '?', '?limit=1', '?a[b]=c', '?%'), text(ascii));
  const scheme = fc.constantFrom('http://', 'https://', 'HTTP:', 'http:\\\\', '//', 'ws://', 'javascript:', '');
  const assembled = fc.tuple(scheme, host, path, query).map((parts) => parts.join(''));
  const local = fc.tuple(path, query).map(([one, other]) => `/${one}${other}`);
  const replaced = fc
    .tuple(fc.oneof(assembled, local), fc.nat(), byte)
    .map(
      ([target, at, other]) =>
        target.slice(0, at % (target.length + 1)) + other + target.slice(at % (target.length + 1)),
    );
  return fc.oneof(assembled, local, replaced, text(byte)).map((target) => target.replace(/[\r\n]/g, ''));
}
