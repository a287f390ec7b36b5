import { openShop, type RunningShop } from '../support/app.js';
import { readAnswer } from '../support/http/contract.js';
import { clerk } from '../support/shop.js';
import { sendRaw } from '../support/http/socket.js';

const publicUrl = 'https://shop.example/rental';

describe('PUBLIC_URL with a host and a trailing slash', () => {
  let shop: RunningShop;
  beforeAll(async () => (shop = await openShop({ environment: { PUBLIC_URL: `${publicUrl}/` } })));
  afterAll(() => shop.close());

  const statusFor = async (host: string): Promise<number> => {
    const request = `GET /version HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    return readAnswer('GET', '/version', await sendRaw(shop.url, request)).status;
  };

  it('is the prefix of Location, also in a replayed response', async () => {
    const add = () => shop.api.post('/genres').set('Idempotency-Key', 'noir').send({ name: 'Noir' }).expect(201);
    for (const { headers, body } of [await add(), await add()]) {
      expect(headers['location']).toBe(`${publicUrl}/genres/${body.id}`);
    }
  });

  it('is the prefix of copies_url, of links to pages, and of the type and instance of problems', async () => {
    const movie = await clerk(shop.api).movie(201);
    expect(movie['copies_url']).toBe(`${publicUrl}/movies/${movie['id']}/copies`);
    const { headers } = await shop.api.get('/movie_copies?limit=1').expect(200);
    expect(headers['link']).toMatch(/^<https:\/\/shop\.example\/rental\/movie_copies\?limit=1>; rel="first", /);
    const { body } = await shop.api.get('/genres/4711').expect(404);
    expect(body).toMatchObject({ type: `${publicUrl}/problems/not-found`, instance: `${publicUrl}/genres/4711` });
  });

  it('is the prefix of the links at /, at /problems and in the OpenAPI document', async () => {
    const { body: service } = await shop.api.get('/').expect(200);
    expect(service).toMatchObject({ docs: `${publicUrl}/docs`, openapi: `${publicUrl}/openapi.json` });
    const { body: problems } = await shop.api.get('/problems').expect(200);
    expect(problems[0].type).toMatch(/^https:\/\/shop\.example\/rental\/problems\//);
    const { text } = await shop.api.get('/openapi.json').expect(200);
    expect((JSON.parse(text) as { servers: unknown }).servers).toMatchObject([{ url: publicUrl }]);
    expect(text).not.toContain('"/problems/not-found"');
  });

  it('allows requests for its host on a loopback address, and for no other', async () => {
    expect(await statusFor('shop.example')).toBe(200);
    expect(await statusFor('attacker.example')).toBe(421);
  });
});
