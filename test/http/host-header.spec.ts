import { openShop, type RunningShop } from '../support/app.js';
import { readAnswer } from '../support/http/contract.js';
import { sendRaw } from '../support/http/socket.js';

const statusOf = async (url: string, host: string, path = '/version'): Promise<number> =>
  readAnswer('GET', path, await sendRaw(url, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`))
    .status;

describe('Host, on a loopback address', () => {
  let shop: RunningShop;
  beforeAll(async () => {
    shop = await openShop({ environment: { ALLOWED_HOSTS: 'Shop.example,10.0.0.7,fd00::7' } });
  });
  afterAll(() => shop.close());

  it.each([
    'localhost',
    'LocalHost:3000',
    'localhost.',
    'till.localhost',
    '127.0.0.1',
    '127.0.0.1:3000',
    '127.9.9.9',
    '[::1]',
    '[::1]:3000',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
  ])('is served for a loopback host: %s', async (host) => {
    expect(await statusOf(shop.url, host)).toBe(200);
  });

  it.each(['shop.example', 'SHOP.EXAMPLE:8080', 'shop.example.', '10.0.0.7:80', '[fd00::7]:80'])(
    'is served for a host in ALLOWED_HOSTS: %s',
    async (host) => {
      expect(await statusOf(shop.url, host)).toBe(200);
    },
  );

  it.each([
    'attacker.example',
    'attacker.example:3000',
    'localhost.attacker.example',
    '127.0.0.1.attacker.example',
    'notlocalhost',
    'www.shop.example',
    'xshop.example',
    '0.0.0.0',
    '192.168.0.7',
    '128.0.0.1',
    '[::2]',
    '[::]',
    '0x7f.0.0.1',
    '2130706433',
  ])('gets 421 misdirected-request for any other host (DNS rebinding): %s', async (host) => {
    for (const path of ['/version', '/clients', '/docs', '/health/live', '/nowhere']) {
      expect(await statusOf(shop.url, host, path)).toBe(421);
    }
  });

  it.each(['', '[::1', 'localhost:65536', 'localhost:http', 'xn--', 'a b', '127.0.0.256'])(
    'gets 400 if it is malformed: %j',
    async (host) => {
      expect(await statusOf(shop.url, host)).toBe(400);
    },
  );

  it('gets 421 before anything is stored', async () => {
    const foreign = shop.api.post('/genres').set('Host', 'attacker.example').send({ name: 'Rebound' });
    expect((await foreign.expect(421)).body).toMatchObject({ type: '/problems/misdirected-request' });
    expect((await shop.api.get('/genres').expect(200)).body).toEqual([]);
  });

  it('is overridden by the authority of an absolute-form target', async () => {
    const send = (target: string, host: string) =>
      sendRaw(shop.url, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(await send('http://localhost/version', 'attacker.example')).toMatch(/^HTTP\/1.1 200/);
    expect(await send('http://attacker.example/version', 'localhost')).toMatch(/^HTTP\/1.1 421/);
  });
});

describe('Host, on all interfaces', () => {
  async function open(ALLOWED_HOSTS: string): Promise<{ shop: RunningShop; url: string }> {
    const shop = await openShop({ environment: { ALLOWED_HOSTS }, host: '0.0.0.0' });
    return { shop, url: shop.url };
  }

  it('is served for any host if ALLOWED_HOSTS is empty or *', async () => {
    for (const hosts of ['', '*']) {
      const { shop, url } = await open(hosts);
      expect(await statusOf(url, 'anything.example')).toBe(200);
      await shop.close();
    }
  });

  it('gets 421 for a host that is not in ALLOWED_HOSTS, except for probes by address', async () => {
    const { shop, url } = await open('shop.example');
    const statuses = async (host: string, ...paths: string[]) =>
      Promise.all(paths.map((path) => statusOf(url, host, path)));
    expect(await statuses('shop.example', '/version', '/health/live')).toEqual([200, 200]);
    expect(await statuses('attacker.example', '/version', '/health/live')).toEqual([421, 421]);
    const probes = ['/health', '/health/live', '/health/ready'];
    for (const host of ['10.1.2.3:3000', '127.0.0.1', '[fd00::1]:3000', 'localhost:3000']) {
      expect(await statuses(host, ...probes, '/version', '/healthy')).toEqual([200, 200, 200, 421, 421]);
    }
    await shop.close();
  });
});
