import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

const files = [
  '/docs',
  '/docs/',
  '/docs/index.html',
  '/docs/movie-rental.css',
  '/docs/movie-rental.js',
  '/docs/swagger-ui.css',
  '/docs/swagger-ui-bundle.js',
  '/docs/favicon-16x16.png',
  '/docs/favicon-32x32.png',
];
const documents = [...files, '/openapi.json', '/problems/not-found'];

describe('static documents', () => {
  const shop = useShop();
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(shop.url + path, { headers: { 'Accept-Encoding': 'identity', ...headers } });
    return {
      ...answer,
      status: answer.status,
      headers: answer.headers,
      bytes: Buffer.from(await answer.arrayBuffer()),
    };
  };

  it.each(documents)('%s has a strong ETag, and gets 304 with it, also for HEAD', async (path) => {
    const { status, headers, bytes } = await get(path);
    expect(status).toBe(200);
    expect(headers.get('etag')).toMatch(/^"[\w-]{22}"$/);
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(Number(headers.get('content-length'))).toBe(bytes.length);
    const again = await get(path, { 'If-None-Match': headers.get('etag')! });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    expect(again.headers.get('etag')).toBe(headers.get('etag'));
    const head = await shop.api.head(path).set('Accept-Encoding', 'identity').expect(200);
    expect(head.headers['etag']).toBe(headers.get('etag'));
    expect(head.headers['content-length']).toBe(String(bytes.length));
    await shop.api.head(path).set('If-None-Match', headers.get('etag')!).expect(304);
  });

  it.each(['/openapi.json', '/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js'])(
    '%s is sent in gzip and brotli, each with its own ETag',
    async (path) => {
      const plain = await get(path);
      const [gzip, br] = [await get(path, { 'Accept-Encoding': 'gzip' }), await get(path, { 'Accept-Encoding': 'br' })];
      for (const [coding, coded] of Object.entries({ gzip, br })) {
        expect(coded.headers.get('content-encoding')).toBe(coding);
        expect(coded.headers.get('etag')).toBe(plain.headers.get('etag')!.replace(/"$/, `;${coding}"`));
        expect(coded.headers.get('vary')).toContain('Accept-Encoding');
        expect(plain.bytes.equals(coded.bytes)).toBe(true);
        const again = await get(path, {
          'Accept-Encoding': coding,
          'If-None-Match': coded.headers.get('etag')!,
        });
        expect(again.status).toBe(304);
        expect(again.headers.get('etag')).toBe(coded.headers.get('etag'));
      }
      expect(plain.headers.get('vary')).toContain('Accept-Encoding');
    },
  );

  it('are sent uncompressed if the coding is refused, or they are small', async () => {
    expect((await get('/openapi.json', { 'Accept-Encoding': 'gzip;q=0' })).headers.get('content-encoding')).toBeNull();
    expect((await get('/docs', { 'Accept-Encoding': 'gzip, br' })).headers.get('content-encoding')).toBeNull();
  });

  it.each(files)('%s returns 405 with Allow for other methods', async (path) => {
    const answer = await shop.api.post(path).send({});
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it.each([
    'package.json',
    'README.md',
    'LICENSE',
    'NOTICE',
    'absolute-path.js',
    'index.js',
    'swagger-ui.js',
    'swagger-ui-bundle.js.map',
    'swagger-ui.css.map',
    'oauth2-redirect.html',
    '..%2fpackage.json',
    'docs/swagger-ui.css',
  ])('/docs/%s, which the page does not need, gets 404', async (name) => {
    await refused(shop.api.get(`/docs/${name}`), 404, 'not-found');
  });

  it.each(['/docs', '/docs/'])('every file that the page at %s loads exists', async (path) => {
    const page = (await get(path)).bytes.toString();
    const links = [...page.matchAll(/(?:src|href|data-openapi)="([^"]+)"/g)].map(([, link]) => link!);
    expect(links).toHaveLength(9);
    for (const link of links) expect((await get(new URL(link, shop.url + path).pathname)).status).toBe(200);
  });
});
