import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { readAnswer } from '../support/http/contract.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';
import { sendRaw } from '../support/http/socket.js';

interface InputError {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly code: string;
  readonly detail: string;
}

const marks = (count: number): string => '\u0300\u0316'.repeat(count / 2);
const encoders = {
  gzip: (text: string) => gzipSync(text),
  deflate: (text: string) => deflateSync(text),
  br: (text: string) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
};

describe('limits of input', () => {
  const shop = useShop();
  beforeAll(async () => {
    await shop.clerk.movie(1);
    await shop.clerk.client();
  });

  const post = (path: string, json: string) => shop.api.post(path).set('Content-Type', 'application/json').send(json);
  const packed = (path: string, encoding: string, body: Buffer) =>
    shop.api
      .post(path)
      .set('Content-Type', 'application/json')
      .set('Content-Encoding', encoding)
      .serialize((bytes) => bytes as string)
      .send(body);
  const errorsOf = async (request: ReturnType<typeof post>): Promise<InputError[]> =>
    (await refused(request, 422, 'invalid-input'))['errors'] as InputError[];

  /** Returns the length of the longest text that is normalized during `work`: normalizing takes quadratic time. */
  async function longestNormalized(work: () => Promise<unknown>): Promise<number> {
    const { normalize } = String.prototype;
    let longest = 0;
    String.prototype.normalize = function (this: string, form?: string): string {
      longest = Math.max(longest, this.length);
      return normalize.call(this, form);
    };
    try {
      await work();
    } finally {
      String.prototype.normalize = normalize;
    }
    return longest;
  }

  describe('of the length of text', () => {
    const members: [path: string, member: string, maxLength: number][] = [
      ['/genres', 'name', 100],
      ['/genres', 'description', 2000],
      ['/clients', 'first_name', 100],
      ['/clients', 'last_name', 100],
      ['/clients', 'address', 500],
      ['/clients', 'license_number', 64],
      ['/movies', 'title', 255],
      ['/movies', 'description', 5000],
      ['/movies', 'director', 255],
      ['/movies/1/copies', 'code', 64],
    ];
    const hostile: [string, string][] = [
      ['combining marks', marks(20_000)],
      ['combining marks of falling classes', '\u0300'.repeat(10_000) + '\u0316'.repeat(10_000)],
      ['letters, then combining marks', 'a'.repeat(3_750) + marks(16_250)],
      ['combining marks between spaces', `${' '.repeat(9000)}${marks(30_000)}${' '.repeat(9000)}`],
      ['letters', 'x'.repeat(50_000)],
      ['ligatures that decompose', '\ufb2c'.repeat(20_001)],
    ];

    it.each(hostile)('returns 422 too_long without normalizing 20,000 and more %s', async (_, text) => {
      for (const [path, member] of members) {
        const errors: InputError[] = [];
        const longest = await longestNormalized(async () => {
          errors.push(...(await errorsOf(post(path, JSON.stringify({ [member]: text })))));
        });
        expect(errors.find(({ pointer }) => pointer === `#/${member}`)?.code).toBe('too_long');
        expect(longest).toBeLessThan(1000);
      }
    });

    it('does not normalize a query parameter that is too long in any form', async () => {
      for (const query of ['/movies?title=', '/clients?name=', '/clients?license_number=', '/movie_copies?code=']) {
        const target = query + encodeURIComponent(marks(2_400));
        const longest = await longestNormalized(() => refused(shop.api.get(target), 422, 'invalid-input'));
        expect(longest).toBeLessThan(1000);
      }
    });

    it('accepts text that is short enough after composition and trimming', async () => {
      // Four code units that are composed to one.
      const title = `${' '.repeat(5000)}${'\u03b1\u0313\u0300\u0345'.repeat(255)}\n`;
      const { body } = await shop.api.post('/movies').send({ title, year: 1999, genre_id: 1 }).expect(201);
      expect(body.title).toBe('\u1f82'.repeat(255));
    });

    it.each(members)(
      'accepts at %s a %s of as many combining marks as its maximum length',
      async (path, member, max) => {
        const good = {
          name: 'Marked',
          title: 'Marked',
          year: 1999,
          genre_id: 1,
          first_name: 'A',
          last_name: 'B',
          address: 'C',
        };
        const names: Readonly<Record<string, string[]>> = {
          '/genres': ['name'],
          '/clients': ['first_name', 'last_name', 'address'],
          '/movies': ['title', 'year', 'genre_id'],
        };
        const body = Object.fromEntries(Object.entries(good).filter(([name]) => names[path]?.includes(name)));
        await post(path, JSON.stringify({ ...body, [member]: marks(max - (max % 2)) })).expect(201);
      },
    );
  });

  describe('of the size of lists', () => {
    const list = (item: string, count: number) => `{"client_id":1,"details":[${Array(count).fill(item).join()}]}`;

    it.each([
      ['empty lines', '{}', 34_000],
      ['lists', '[]', 34_000],
      ['numbers', '1', 50_000],
      ['lines with unknown members', '{"x":1}', 12_000],
      ['good lines', '{"movie_id":1}', 101],
    ])('returns one 422 too_many_items, without reading the items, for a list of %s', async (_, item, count) => {
      const request = post('/movie_rents', list(item, count));
      expect(await errorsOf(request)).toEqual([
        { pointer: '#/details', code: 'too_many_items', detail: 'details must have 100 items at most.' },
      ]);
    });

    it('returns 422 in less than 1 kB for 51 bytes of brotli that are 34,000 lines', async () => {
      const body = brotliCompressSync(list('{}', 34_000));
      expect(body.length).toBeLessThan(60);
      const { text } = await packed('/movie_rents', 'br', body).expect(422);
      expect(text.length).toBeLessThan(1000);
    });
  });

  describe('of the number of errors', () => {
    const many: [string, string, string][] = [
      [
        'lines that are wrong in each member',
        '/movie_rents',
        `{"client_id":1,"details":[${Array(100).fill('{"id":0,"movie_copy_id":0,"movie_id":0,"x":1}').join()}]}`,
      ],
      ['unknown members', '/genres', `{${Array.from({ length: 10_000 }, (_, index) => `"${index}":1`).join()}}`],
      ['strings with NUL in an ignored member', '/movies', `{"copies":[${Array(10_000).fill('"\\u0000"').join()}]}`],
      ['lone surrogates in nested lists', '/movies', `{"copies":[${Array(5_000).fill('["\\ud800"]').join()}]}`],
    ];

    it.each(many)('lists the first 100 and states that there are more, for %s', async (_, path, json) => {
      const problem = await refused(post(path, json), 422, 'invalid-input');
      expect(problem['errors']).toHaveLength(100);
      expect(problem['detail']).toBe('The request has more than 100 errors; the first 100 are listed.');
    });

    it('lists 100 unknown query parameters, the maximum of a query', async () => {
      const query = Array.from({ length: 100 }, (_, index) => `q${index}=1`).join('&');
      for (const path of ['/movies', '/version']) {
        const { body } = await shop.api.get(`${path}?${query}`).expect(422);
        expect(body.errors).toHaveLength(100);
      }
    });

    it('does not repeat a long member name in the response', async () => {
      for (const name of ['x'.repeat(90_000), '~'.repeat(90_000), '\u{1f3ac}'.repeat(20_000)]) {
        const { text, body } = await post('/genres', JSON.stringify({ name: 'Long', [name]: 1 })).expect(422);
        expect(body.errors[0].code).toBe('unknown_member');
        expect(text.length).toBeLessThan(2000);
      }
    });

    it('lists one error for each member, the first that applies, with a code', async () => {
      const codes = async (json: string) =>
        (await errorsOf(post('/movies/with_stock', json))).map(({ pointer, code }) => `${pointer} ${code}`);
      expect(await codes('{}')).toEqual([
        '#/title required',
        '#/year required',
        '#/genre_id required',
        '#/stock required',
      ]);
      expect(await codes('{"title":null,"year":"1999","genre_id":[],"stock":{}}')).toEqual([
        '#/title type',
        '#/year type',
        '#/genre_id type',
        '#/stock type',
      ]);
      expect(await codes('{"title":" ","year":1,"genre_id":0,"stock":10001}')).toEqual([
        '#/title blank',
        '#/year min',
        '#/genre_id min',
        '#/stock max',
      ]);
    });
  });

  describe('of JSON', () => {
    it.each([
      ['a number of 100,000 digits', `{"name":${'1'.repeat(100_000)}}`, 422],
      ['nested deeper than 32', `{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 400],
      ['nested deeper than 32 in an ignored member', `{"id":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`, 400],
      ['brackets that are never closed', '['.repeat(100_000), 400],
      ['a string that is never closed', `{"name":"${'\\'.repeat(90_000)}`, 400],
      ['a list where text is expected', `{"name":[${'1,'.repeat(40_000)}1]}`, 422],
    ])('returns 4xx for %s', async (_, json, status) => {
      const { body } = await post('/genres', json).expect(status);
      expect(body.errors?.length ?? 0).toBeLessThanOrEqual(1);
    });

    it.each([
      ['a member', '{"name":"A","name":"B"}'],
      ['a member that is ignored', '{"name":"A","id":1,"id":1}'],
      ['a member by an escape', '{"name":"A","n\\u0061me":"B"}'],
      ['__proto__', '{"name":"A","__proto__":1,"__proto__":2}'],
      ['a member of an unknown member', '{"name":"A","x":{"y":1,"y":2}}'],
    ])('returns 400 for %s that appears twice', async (_, json) => {
      await refused(post('/genres', json), 400, 'malformed-request');
    });

    it('accepts one name in several objects, and colons, quotes and brackets in text', async () => {
      const name = '"{[:\\"]}\\\\';
      await post('/genres', JSON.stringify({ name, description: ':::"\\"{{{{[[[[' })).expect(201);
      const details = [{ movie_id: 1 }, { movie_id: 1 }];
      const errors = await errorsOf(post('/movie_rents', JSON.stringify({ client_id: 4711, details })));
      expect(errors.map(({ code }) => code)).toContain('unknown');
    });
  });

  describe('of encoded bodies', () => {
    const json = JSON.stringify({ name: 'Packed' });

    it.each(Object.entries(encoders))('accepts a body in %s', async (encoding, encode) => {
      await packed('/genres', encoding, encode(JSON.stringify({ name: `Packed by ${encoding}` }))).expect(201);
    });

    it.each(Object.entries(encoders))('returns 400 for a truncated body in %s', async (encoding, encode) => {
      const whole = encode(json);
      await refused(packed('/genres', encoding, whole.subarray(0, whole.length - 5)), 400, 'malformed-request');
    });

    it.each(Object.entries(encoders))(
      'returns 413 beyond 100 kB unpacked, for 20 bodies of 20 MB in %s',
      async (encoding, encode) => {
        const bomb = encode(' '.repeat(20 * 2 ** 20));
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => refused(packed('/genres', encoding, bomb), 413, 'content-too-large')),
        );
        expect(answers).toHaveLength(20);
      },
    );

    it('returns 413 beyond 100 kB as sent, though it unpacks to little', async () => {
      const members = Buffer.concat(Array<Buffer>(6000).fill(gzipSync('')));
      await refused(packed('/genres', 'gzip', members), 413, 'content-too-large');
    });

    it.each(['gzip, gzip', 'gzip, br', 'identity, gzip', 'zstd', 'constructor', '__proto__'])(
      'returns 415 for the Content-Encoding %j',
      async (encoding) => {
        await refused(packed('/genres', encoding, gzipSync(json)), 415, 'unsupported-media-type');
      },
    );

    it.each(['utf8', 'UTF8', 'utf-8', '"utf-8"'])('accepts the charset %s', async (charset) => {
      const type = `application/json; charset=${charset}`;
      await shop.api.patch('/movie_copies/1').set('Content-Type', type).send('{}').expect(200);
    });
  });

  describe('of bodies that are not read', () => {
    /** Unpacking the body would lead to 400, and reading it to 415. */
    const head = (method: string, target: string, headers: string[] = []) =>
      [
        `${method} ${target} HTTP/1.1`,
        'Host: localhost',
        'Connection: close',
        'Content-Type: application/json',
        'Content-Encoding: gzip',
        'Content-Length: 8',
        ...headers,
        '',
        'no gzip!',
      ].join('\r\n');

    it.each([
      ['an unknown path', 'POST', '/moovies', 404],
      ['another method', 'PATCH', '/movie_rents', 405],
      ['an operation without a body', 'PUT', '/movie_rents/1/close', 422],
      ['an id that is none', 'PUT', '/movies/x', 422],
      ['an unknown query parameter', 'POST', '/movies?x=1', 422],
    ])('refuses %s without unpacking the body', async (_, method, target, status) => {
      const answer = readAnswer(method, target, await sendRaw(shop.url, head(method, target)));
      expect(answer.status).toBe(status);
      shop.contract.validate(answer);
    });

    it.each([
      ['an Idempotency-Key that is none', 'Idempotency-Key: two words', 422],
      ['an Accept that rules out every answer', 'Accept: image/png', 406],
    ])('refuses %s by the head of the request alone', async (_, header, status) => {
      const answer = readAnswer('POST', '/genres', await sendRaw(shop.url, head('POST', '/genres', [header])));
      expect(answer.status).toBe(status);
    });
  });

  it.each([
    ['If-Match', `"${'x'.repeat(16)}", `.repeat(700)],
    ['If-Match', `${'.a-'.repeat(4000)}`],
    ['If-Match', `"${';a'.repeat(6000)}`],
    ['If-Match', `"a",${' '.repeat(12_000)}b`],
    ['If-None-Match', '"'.repeat(12_001)],
    ['If-None-Match', 'W/"'.repeat(4000)],
    ['Accept', 'a/b;q=0,'.repeat(1500)],
    ['Accept', `application/json;q=0.${'0'.repeat(12_000)}1`],
    ['Content-Type', `application/json${';'.repeat(12_000)}`],
    ['Content-Type', `application/json; ${' '.repeat(12_000)}charset=utf-8`],
    ['Idempotency-Key', 'x'.repeat(12_000)],
    ['X-Request-Id', 'x'.repeat(12_000)],
  ])('answers a request whose %s has 12 kB', async (name, value) => {
    const patch = { name: 'Genre' };
    const { status } = await shop.api
      .patch('/genres/4711')
      .set('Content-Type', 'application/json')
      .set(name, value)
      .send(patch);
    expect([404, 406, 412, 415, 422]).toContain(status);
    expect([200, 406, 412, 422]).toContain((await shop.api.get('/genres').set(name, value)).status);
  });
});
