import { createGzip, gzipSync } from 'node:zlib';
import { readAnswer } from '../support/http/contract.js';
import type { Method } from '../support/http/operations.js';
import { faultyMembers, faultyParameters, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';
import { sendRaw } from '../support/http/socket.js';

type Call = readonly [Method, string, object?];

describe('invalid input', () => {
  const shop = useShop();

  /** Valid bodies, which tests make invalid. */
  let genre: object, client: object, movie: object, stocked: object, rent: object;
  let copyId: number;
  beforeAll(async () => {
    const { id } = await shop.clerk.genre();
    copyId = (await shop.clerk.movie(1)).copies[0].id;
    genre = { name: 'Good' };
    client = { first_name: 'Good', last_name: 'Client', address: '1 Good Lane' };
    movie = { title: 'Good', year: 1999, genre_id: id };
    stocked = { ...movie, stock: 1 };
    rent = { client_id: (await shop.clerk.client()).id, details: [{ movie_copy_id: copyId }] };
  });

  /** Every operation with a body, and a valid body for it. */
  const writes = (id: number | string): (readonly [Method, string, object])[] => [
    ['post', '/genres', genre],
    ['post', `/genres/${id}`, genre],
    ['put', `/genres/${id}`, genre],
    ['patch', `/genres/${id}`, genre],
    ['post', '/clients', client],
    ['put', `/clients/${id}`, client],
    ['patch', `/clients/${id}`, client],
    ['post', '/movie', movie],
    ['post', '/movies', movie],
    ['put', `/movies/${id}`, movie],
    ['patch', `/movies/${id}`, movie],
    ['post', '/movies/with_stock', stocked],
    ['put', `/movies/${id}/with_stock`, stocked],
    ['post', `/movies/${id}/copies`, {}],
    ['patch', `/movie_copies/${id}`, { code: 'Good' }],
    ['post', '/movie_rents', rent],
    ['put', `/movie_rents/${id}`, rent],
  ];
  const lists = ['/genres', '/movies', '/clients', '/movie_copies', '/movie_rents'];
  /** Every operation with an id in its path. */
  const onIds = (id: number | string): Call[] => [
    ...writes(id).filter(([, path]) => path.includes(`/${id}`)),
    ...['genres', 'clients', 'movies', 'movie_copies', 'movie_rents'].flatMap((name): Call[] => [
      ['get', `/${name}/${id}`],
      ['delete', `/${name}/${id}`],
    ]),
    ['get', `/genres/${id}/movies`],
    ['get', `/movies/${id}/copies`],
    ['get', `/clients/${id}/movie_rents`],
    ['put', `/movie_rents/${id}/close`],
  ];
  const send = ([method, path, body]: Call) => shop.api[method](path).send(body);
  const raw = (method: Method, path: string, body: string) =>
    shop.api[method](path).set('Content-Type', 'application/json').send(body);
  const invalidJson = (body: object, member: string, json: string) =>
    JSON.stringify({ ...body, [member]: '?' }).replace('"?"', json);

  describe('in a path id', () => {
    it.each(['abc', '1e3', '0x10', '007', '0', '-1', '+1', '1.0', '%201', '%00', '١', ','])(
      'returns 422 for %s',
      async (id) => {
        for (const operation of onIds(id)) expect(await faultyParameters(send(operation))).toEqual(['id']);
      },
    );

    it.each(['2147483648', '9007199254740993', '9'.repeat(400), '2147483647'])(
      'returns 404 for %s, which no resource can have, by every method',
      async (id) => {
        for (const operation of onIds(id)) await refused(send(operation), 404, 'not-found');
      },
    );

    it.each(['%', '%zz', '%ff', '%c0%af', '%ed%a0%80'])('returns 400 for %s, which cannot be decoded', async (id) => {
      await refused(shop.api.get(`/genres/${id}`), 400, 'malformed-request');
    });
  });

  describe('in the numbers of a body', () => {
    it.each(['2147483648', '1e10', '-1', '1999.5', '"1999"', '1e400', '-1e400', 'true', 'null', '[1999]', '{}'])(
      'returns 422 for %s',
      async (number) => {
        for (const [body, member, path] of [
          [movie, 'year', '/movies'],
          [movie, 'genre_id', '/movies'],
          [stocked, 'stock', '/movies/with_stock'],
          [rent, 'client_id', '/movie_rents'],
        ] as const) {
          expect(await faultyMembers(raw('post', path, invalidJson(body, member, number)))).toContain(`#/${member}`);
        }
        const line = `[{"movie_copy_id":${number}}]`;
        const pointers = await faultyMembers(raw('post', '/movie_rents', invalidJson(rent, 'details', line)));
        expect(pointers).toContain('#/details/0/movie_copy_id');
      },
    );

    it.each(['1869', '2201'])('returns 422 for a year of %s', async (year) => {
      expect(await faultyMembers(raw('post', '/movies', invalidJson(movie, 'year', year)))).toEqual(['#/year']);
    });

    it('accepts 1999.0 and 1.999e3 as integers', async () => {
      for (const year of ['1999.0', '1.999e3']) {
        expect((await raw('post', '/movies', invalidJson(movie, 'year', year)).expect(201)).body.year).toBe(1999);
      }
    });
  });

  describe('as a body', () => {
    it.each(['{', '{"name":}', "{'name':'x'}", '{"name":"x",}', 'nonsense', '{} {}', '{"name":"x\ny"}', '\ufeff{}x'])(
      'returns 400 for the malformed %j',
      async (body) => {
        for (const [method, path] of writes(1)) await refused(raw(method, path, body), 400, 'malformed-request');
      },
    );

    it.each(['null', '"x"', '[]', '[{}]', '1', 'true', ''])(
      'returns 422 for %j, which is not an object',
      async (body) => {
        for (const [method, path] of writes(1)) expect(await faultyMembers(raw(method, path, body))).toEqual(['#']);
      },
    );

    it.each([
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      'json',
      '',
    ])('returns 415 for the type %j', async (type) => {
      for (const [method, path, body] of writes(1)) {
        const request = shop.api[method](path).set('Content-Type', type).send(JSON.stringify(body));
        await refused(request, 415, 'unsupported-media-type');
      }
    });

    it('returns 415 for a body without a type', async () => {
      const request = 'POST /genres HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}';
      const answer = readAnswer('POST', '/genres', await sendRaw(shop.url, request));
      expect(answer.status).toBe(415);
      shop.contract.validate(answer);
    });

    it.each(['latin1', 'utf-16', 'utf-7', 'utf-32', 'nonsense'])('returns 415 for the charset %s', async (charset) => {
      const request = shop.api.post('/genres').set('Content-Type', `application/json; charset=${charset}`);
      await refused(request.send(JSON.stringify({ name: charset })), 415, 'unsupported-media-type');
    });

    it.each(['application/json; charset=UTF-8', 'application/json; charset="utf-8"', 'application/merge-patch+json'])(
      'accepts the type %s',
      async (type) => {
        await shop.api.patch(`/movie_copies/${copyId}`).set('Content-Type', type).send('{}').expect(200);
      },
    );

    it('returns 415 for a merge patch by any method but PATCH', async () => {
      for (const [method, path, body] of writes(1).filter(([verb]) => verb !== 'patch')) {
        const request = shop.api[method](path).set('Content-Type', 'application/merge-patch+json');
        await refused(request.send(JSON.stringify(body)), 415, 'unsupported-media-type');
      }
    });

    it.each(['compress', 'nonsense', 'gzip, gzip'])('returns 415 for the encoding %j', async (encoding) => {
      const request = shop.api
        .post('/genres')
        .set('Content-Type', 'application/json')
        .set('Content-Encoding', encoding);
      await refused(request.send('{}'), 415, 'unsupported-media-type');
    });

    it('returns 400 for a body that is not gzip although Content-Encoding says so', async () => {
      const request = shop.api.post('/genres').set('Content-Type', 'application/json').set('Content-Encoding', 'gzip');
      await refused(request.send('{}'), 400, 'malformed-request');
    });

    it('accepts a gzipped body', async () => {
      const request = shop.api.post('/genres').set('Content-Type', 'application/json').set('Content-Encoding', 'gzip');
      const packed = gzipSync(JSON.stringify({ name: 'Packed' }));
      await request
        .serialize((body) => body as string)
        .send(packed)
        .expect(201);
    });

    it('returns 422 for 100 kB and 413 for one more byte', async () => {
      const sized = (bytes: number) => JSON.stringify({ name: 'x'.repeat(bytes - '{"name":""}'.length) });
      for (const [method, path] of writes(1)) {
        await refused(raw(method, path, sized(100 * 1024)), 422, 'invalid-input');
        await refused(raw(method, path, sized(100 * 1024 + 1)), 413, 'content-too-large');
      }
    });

    it('returns 413 for an endless chunked body', async () => {
      const chunk = `${(16_384).toString(16)}\r\n${' '.repeat(16_384)}\r\n`;
      const head =
        'POST /genres HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n';
      const request = `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}0\r\n\r\n`;
      const answer = readAnswer('POST', '/genres', await sendRaw(shop.url, request));
      expect(answer.status).toBe(413);
      shop.contract.validate(answer);
    });

    it('returns 413 for gzip bombs, with constant memory', async () => {
      const gzip = createGzip({ level: 9 });
      const chunks: Buffer[] = [];
      gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
      for (let megabyte = 0; megabyte < 90; megabyte++) {
        await new Promise((written) => gzip.write(Buffer.alloc(2 ** 20, ' '), written));
      }
      await new Promise<void>((ended) => gzip.on('end', ended).end());
      const bomb = Buffer.concat(chunks);
      expect(bomb.length).toBeLessThan(100 * 1024);

      const before = process.memoryUsage().rss;
      let highest = before;
      const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 1);
      await Promise.all(
        Array.from({ length: 20 }, () => {
          const request = shop.api
            .post('/genres')
            .set('Content-Type', 'application/json')
            .set('Content-Encoding', 'gzip');
          return refused(request.serialize((body) => body as string).send(bomb), 413, 'content-too-large');
        }),
      );
      clearInterval(watch);
      expect(highest - before).toBeLessThan(100 * 2 ** 20);
    });

    it.each([
      ['alone', ''],
      ['in a member that takes text', 'name'],
      ['in a member that takes lines', 'details'],
      ['in a member that is ignored', 'copies'],
    ])('returns 400 for 2,000 nested arrays, %s', async (_, member) => {
      const nest = '['.repeat(2000) + ']'.repeat(2000);
      for (const [method, path] of writes(1)) {
        await refused(raw(method, path, member ? `{"${member}":${nest}}` : nest), 400, 'malformed-request');
      }
    });

    it('returns 400 for 2,000 nested objects', async () => {
      const nest = '{"a":'.repeat(2000) + '1' + '}'.repeat(2000);
      for (const [method, path] of writes(1)) await refused(raw(method, path, nest), 400, 'malformed-request');
    });

    it('returns 400 for invalid UTF-8', async () => {
      const body = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
      const request = shop.api.post('/genres').set('Content-Type', 'application/json');
      await refused(request.serialize((bytes) => bytes as string).send(body), 400, 'malformed-request');
    });

    it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toFields', 'toLine', ''])(
      'returns 422 for the member %j, without prototype pollution',
      async (name) => {
        const member = `${JSON.stringify(name)}:{"polluted":true}`;
        for (const [method, path, body] of writes(1)) {
          const json = JSON.stringify(body).replace(/^\{/, `{${member}${Object.keys(body).length > 0 ? ',' : ''}`);
          expect(await faultyMembers(raw(method, path, json))).toEqual([`#/${name}`]);
        }
        const line = invalidJson(rent, 'details', `[{"movie_copy_id":${copyId},${member}}]`);
        expect(await faultyMembers(raw('post', '/movie_rents', line))).toEqual([`#/details/0/${name}`]);
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      },
    );
  });

  describe('as text', () => {
    const texts = (): [string, object, string][] => [
      ['/genres', genre, 'name'],
      ['/genres', genre, 'description'],
      ['/clients', client, 'first_name'],
      ['/clients', client, 'last_name'],
      ['/clients', client, 'address'],
      ['/clients', client, 'license_number'],
      ['/movies', movie, 'title'],
      ['/movies', movie, 'description'],
      ['/movies', movie, 'director'],
      [`/movies/1/copies`, {}, 'code'],
    ];

    it.each([
      ['an empty string', ''],
      ['spaces', '   '],
      ['other white space', ' \t\r\n\u00a0\u3000\u2003'],
      ['10 kB', 'x'.repeat(10_240)],
      ['a NUL', 'a\0b'],
      ['a high surrogate alone', 'a\ud800b'],
      ['a low surrogate alone', 'a\udc00b'],
      ['a list', ['x']],
      ['an object', { x: 1 }],
      ['true', true],
      ['1.5', 1.5],
    ])('returns 422 for %s', async (_, text) => {
      for (const [path, body, member] of texts()) {
        expect(await faultyMembers(shop.api.post(path).send({ ...body, [member]: text }))).toContain(`#/${member}`);
      }
    });

    it('counts its length in code points', async () => {
      const titled = (title: string) => shop.api.post('/movies').send({ ...movie, title });
      for (const character of ['x', '\u00e9', '\u{1F3AC}', '\ufdfa']) {
        expect((await titled(character.repeat(255)).expect(201)).body.title).toBe(character.repeat(255));
        expect(new Set(await faultyMembers(titled(character.repeat(256))))).toEqual(new Set(['#/title']));
      }
      expect(await faultyMembers(titled('\u2764\ufe0f'.repeat(128)))).toEqual(['#/title']);
      await titled('e\u0301'.repeat(255)).expect(201);
    });

    it('stores it trimmed and composed (NFC)', async () => {
      const { body } = await shop.api
        .post('/movies')
        .send({ ...movie, title: '\u3000 Cafe\u0301\n' })
        .expect(201);
      expect(body.title).toBe('Caf\u00e9');
    });
  });

  describe('in a query', () => {
    it.each([
      'title=a&title=b',
      'title[]=a',
      'title[x]=a',
      'limit=',
      'limit=-1',
      'limit=0',
      'limit=201',
      'limit=1e1',
      'limit=0x10',
      'limit=010',
      'limit=1.0',
      'limit=%201',
      'limit=1&limit=2',
      'limt=5',
      'LIMIT=5',
      'sort=',
      'sort=stock',
      'sort=-',
      'sort=--id',
      'sort=id&sort=id',
      'cursor=',
      'cursor=x&cursor=x',
      'include_total=1',
      'include_total=',
      'available=TRUE',
      'available=true&available=true',
      'genre_id=0',
      'genre_id=2147483648',
      'year=x',
      'year=2147483648',
      'title=',
      'title=%20',
      'title=%00',
      `title=${'x'.repeat(256)}`,
      '__proto__=1',
      'constructor=1',
      'toString=1',
      'toPage=1',
      'list=1',
      'parentId=1',
      '=1',
    ])('returns 422 for ?%s', async (query) => {
      const name = decodeURIComponent(query.split('=')[0]!);
      expect(new Set(await faultyParameters(shop.api.get(`/movies?${query}`)))).toEqual(new Set([name]));
    });

    it('returns 422 for a misspelled or repeated parameter of any list', async () => {
      for (const path of lists) {
        expect(await faultyParameters(shop.api.get(`${path}?limt=5`))).toEqual(['limt']);
        expect(new Set(await faultyParameters(shop.api.get(`${path}?limit=5&limit=5`)))).toEqual(new Set(['limit']));
      }
    });

    it('returns 422 for any parameter of an operation without parameters', async () => {
      const others = ['/', '/version', '/metrics', '/docs', '/problems/not-found'].map((path): Call => ['get', path]);
      const withoutParameters = onIds(1).filter(([method, path]) => method !== 'get' || !/1\/\w+$/.test(path));
      for (const [method, path, body] of [...withoutParameters, ...others]) {
        expect(await faultyParameters(send([method, `${path}?limit=5`, body]))).toEqual(['limit']);
      }
    });

    it.each(['title=%', 'title=%zz', 'title=%ff', 'title=%c3%28', 'title=%ed%a0%80', 'title=%f4%90%80%80'])(
      'returns 400 for ?%s, which cannot be decoded',
      async (query) => {
        await refused(shop.api.get(`/movies?${query}`), 400, 'malformed-request');
      },
    );

    it('accepts an empty query', async () => {
      await shop.api.get('/movies?').expect(200);
    });
  });

  describe('as a method', () => {
    it('returns 405 with Allow for every method that a path does not support', async () => {
      const { paths } = (await shop.api.get('/openapi.json').expect(200)).body as { paths: Record<string, object> };
      for (const [template, operations] of Object.entries(paths)) {
        // GET, PATCH and DELETE of /movies/with_stock match /movies/{id}.
        if (template === '/movies/with_stock') continue;
        const path = template.replace(/\{\w+\}/g, '1');
        const known = Object.keys(operations).filter((name) => name !== 'parameters');
        for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
          if (known.includes(method)) continue;
          const { status, headers } = await shop.api[method](path);
          expect([method, path, status]).toEqual([method, path, 405]);
          const allowed = [...known, ...(known.includes('get') ? ['head'] : []), 'options'];
          expect(headers['allow']?.toLowerCase().split(', ').sort()).toEqual(allowed.sort());
        }
      }
    });

    it.each(['BREW', 'get'])('returns 400 for %s, which is not a method', async (verb) => {
      const answer = readAnswer('GET', '/', await sendRaw(shop.url, `${verb} / HTTP/1.1\r\nHost: localhost\r\n\r\n`));
      expect(answer.status).toBe(400);
      shop.contract.validate(answer);
    });
  });

  it('returns 431 for a header of more than 16 kB', async () => {
    const answer = readAnswer(
      'GET',
      '/',
      await sendRaw(shop.url, `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
    );
    expect(answer.status).toBe(431);
    shop.contract.validate(answer);
  });

  it('does not affect the next request', async () => {
    await shop.api.get('/health').expect(200);
    expect((await shop.api.get('/genres?limit=200')).body.map(({ name }: { name: string }) => name)).not.toContain(
      'Good',
    );
  });
});
