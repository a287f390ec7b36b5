import { openShop } from '../support/app.js';

describe('a page of another origin', () => {
  let shop: Awaited<ReturnType<typeof openShop>>;
  const open = (CORS_ORIGINS: string) => async () => void (shop = await openShop({ environment: { CORS_ORIGINS } }));
  const close = () => shop.close();
  const desk = 'https://desk.example';
  const preflight = (origin: string) =>
    shop.api
      .options('/movie_rents')
      .set({ Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'if-match' });

  describe('where nothing is said of origins', () => {
    beforeAll(open(''));
    afterAll(close);

    it('may not use the service from a browser', async () => {
      const { headers } = await shop.api.get('/genres').set('Origin', desk).expect(200);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect((await preflight(desk)).headers).not.toHaveProperty('access-control-allow-origin');
    });
  });

  describe('where its origin is named', () => {
    beforeAll(open(`${desk},https://club.example`));
    afterAll(close);

    it('may read, with the headers it needs to page, to cache and to change', async () => {
      const { headers } = await shop.api.get('/genres').set('Origin', desk).expect(200);
      expect(headers['access-control-allow-origin']).toBe(desk);
      expect(headers['vary']).toContain('Origin');
      const exposed = headers['access-control-expose-headers']!.split(',');
      expect(exposed).toEqual(
        expect.arrayContaining(['ETag', 'Link', 'Location', 'X-Total-Count', 'Idempotency-Replayed', 'X-Request-Id']),
      );
    });

    it('may ask beforehand whether it may write', async () => {
      const { headers } = await preflight(desk).expect(204);
      expect(headers['access-control-allow-origin']).toBe(desk);
      expect(headers['access-control-allow-methods']).toMatch(/\bPOST\b/);
      expect(headers['access-control-allow-headers']).toBe('if-match');
    });

    it('may read problems that are answered before routing', async () => {
      const { headers } = await shop.api.get('/genres').set({ Origin: desk, Host: 'evil.example' }).expect(421);
      expect(headers['access-control-allow-origin']).toBe(desk);
    });

    it('is told apart from one whose origin is not named', async () => {
      const { headers } = await shop.api.get('/genres').set('Origin', 'https://evil.example').expect(200);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect((await preflight('https://evil.example')).headers).not.toHaveProperty('access-control-allow-origin');
    });

    it('still hears from OPTIONS what is possible at a path', async () => {
      const { headers } = await shop.api.options('/genres').expect(204);
      expect(headers['allow']).toBe('GET, HEAD, OPTIONS, POST');
    });
  });

  describe('where any origin may', () => {
    beforeAll(open('*'));
    afterAll(close);

    it('may use the service, whichever it is', async () => {
      const { headers } = await shop.api.get('/genres').set('Origin', 'https://anywhere.example').expect(200);
      expect(headers['access-control-allow-origin']).toBe('*');
    });
  });
});
