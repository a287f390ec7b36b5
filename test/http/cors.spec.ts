import { openShop, type RunningShop } from '../support/app.js';

describe('CORS: a page of another origin', () => {
  let shop: RunningShop;
  const open = (CORS_ORIGINS: string) => async () => void (shop = await openShop({ environment: { CORS_ORIGINS } }));
  const close = () => shop.close();
  const desk = 'https://desk.example';
  const preflight = (origin: string) =>
    shop.api
      .options('/movie_rents')
      .set({ Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'if-match' });

  describe('without CORS_ORIGINS', () => {
    beforeAll(open(''));
    afterAll(close);

    it('may not use the service from a browser', async () => {
      const { headers } = await shop.api.get('/genres').set('Origin', desk).expect(200);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect((await preflight(desk)).headers).not.toHaveProperty('access-control-allow-origin');
    });
  });

  describe('with its origin in CORS_ORIGINS', () => {
    beforeAll(open(`${desk},https://club.example`));
    afterAll(close);

    it('may read, with the headers for pagination, caching and changes', async () => {
      const { headers } = await shop.api.get('/genres').set('Origin', desk).expect(200);
      expect(headers['access-control-allow-origin']).toBe(desk);
      expect(headers['vary']).toContain('Origin');
      const exposed = headers['access-control-expose-headers']!.split(',');
      expect(exposed).toEqual(
        expect.arrayContaining(['ETag', 'Link', 'Location', 'X-Total-Count', 'Idempotency-Replayed', 'X-Request-Id']),
      );
    });

    it('may send preflight requests for writes', async () => {
      const { headers } = await preflight(desk).expect(204);
      expect(headers['access-control-allow-origin']).toBe(desk);
      expect(headers['access-control-allow-methods']).toMatch(/\bPOST\b/);
      expect(headers['access-control-allow-headers']).toBe('if-match');
    });

    it('may read problems that are sent before routing', async () => {
      const { headers } = await shop.api.get('/genres').set({ Origin: desk, Host: 'evil.example' }).expect(421);
      expect(headers['access-control-allow-origin']).toBe(desk);
    });

    it('gets CORS headers; a page of an unlisted origin gets none', async () => {
      const { headers } = await shop.api.get('/genres').set('Origin', 'https://evil.example').expect(200);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect((await preflight('https://evil.example')).headers).not.toHaveProperty('access-control-allow-origin');
    });

    it('gets Allow for OPTIONS without a preflight', async () => {
      const { headers } = await shop.api.options('/genres').expect(204);
      expect(headers['allow']).toBe('GET, HEAD, OPTIONS, POST');
    });
  });

  describe('with CORS_ORIGINS=*', () => {
    beforeAll(open('*'));
    afterAll(close);

    it('may use the service from any origin', async () => {
      const { headers } = await shop.api.get('/genres').set('Origin', 'https://anywhere.example').expect(200);
      expect(headers['access-control-allow-origin']).toBe('*');
    });
  });
});
