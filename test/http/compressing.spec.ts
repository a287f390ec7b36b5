import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('compression of a large response', () => {
  const shop = useShop();
  let path: string;
  beforeAll(async () => void (path = `/movies/${(await shop.clerk.movie(200)).id}`));

  const get = (accepted: string) => shop.api.get(path).set('Accept-Encoding', accepted).expect(200);

  it.each(['gzip', 'br'])('uses %s for a client that accepts it, with the same content', async (coding) => {
    const plain = await get('identity');
    expect(plain.headers).not.toHaveProperty('content-encoding');
    // Supertest does not decompress br.
    const packed = await fetch(shop.url + path, { headers: { 'Accept-Encoding': coding } });
    const answer = { status: packed.status, headers: Object.fromEntries(packed.headers), body: await packed.text() };
    shop.contract.validate({ method: 'GET', target: path, ...answer });
    expect(packed.headers.get('content-encoding')).toBe(coding);
    expect(packed.headers.get('vary')).toContain('Accept-Encoding');
    expect(answer.body).toBe(plain.text);
  });

  it('has an ETag for each coding, all of which match the next request', async () => {
    const [plain, packed] = [await get('identity'), await get('gzip')];
    const tags = [plain, packed].map(({ headers }) => headers['etag']!);
    expect(tags[1]).toBe(tags[0]!.replace(/"$/, ';gzip"'));
    for (const tag of tags) {
      await shop.api
        .get(path)
        .set('If-None-Match', tag)
        .expect(304)
        .expect('Vary', /Accept-Encoding/);
      await shop.api.patch(path).send({}).set('If-Match', tag).expect(200);
    }
    await refused(shop.api.patch(path).send({}).set('If-Match', '"other;gzip"'), 412, 'precondition-failed');
  });

  it('does not apply to a small response', async () => {
    const { headers } = await shop.api.get('/genres').set('Accept-Encoding', 'gzip').expect(200);
    expect(headers).not.toHaveProperty('content-encoding');
  });
});
