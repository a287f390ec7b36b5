import { once } from 'node:events';
import type { Socket } from 'node:net';
import { openShop, type RunningShop } from '../support/app.js';
import { readAnswer } from '../support/http/contract.js';
import { readToEnd, openSocket } from '../support/http/socket.js';

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

describe('MAX_CONNECTIONS', () => {
  let shop: RunningShop;
  let url: string;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    shop = await openShop({ environment: { MAX_CONNECTIONS: 3 } });
    ({ url } = shop);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) if (!socket.closed) await once(socket.end(), 'close');
  });
  afterAll(() => shop.close());

  /** Opens the maximum number of connections, and waits until the service has counted them. */
  async function fill(): Promise<void> {
    for (let index = 0; index < 3; index++) {
      const socket = openSocket(url);
      sockets.push(socket);
      socket.write(get('/version'));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1.1 200 .*\r\n/);
    }
  }

  it('limits connections: a request on a further one gets 503 with Retry-After, and the connection is closed', async () => {
    await fill();
    const socket = openSocket(url);
    socket.write(get('/version'));
    const { status, headers, body } = readAnswer('GET', '/version', await readToEnd(socket));
    expect({ status, headers }).toMatchObject({ status: 503, headers: { connection: 'close', 'retry-after': '1' } });
    expect(JSON.parse(body)).toMatchObject({ type: '/problems/service-unavailable', status });
  });

  it('does not apply to health checks, which decide whether the instance is restarted', async () => {
    await fill();
    const socket = openSocket(url);
    socket.write(get('/health/live'));
    expect(readAnswer('GET', '/health/live', await readToEnd(socket))).toMatchObject({
      status: 200,
      headers: { connection: 'close' },
    });
  });

  it('admits requests again once connections are closed', async () => {
    await fill();
    const closed = sockets.map((socket) => once(socket.end(), 'close'));
    await Promise.all(closed);
    await fill();
  });

  it('closes connections beyond twice as many', async () => {
    await fill();
    for (let index = 0; index < 3; index++) sockets.push(openSocket(url));
    await Promise.all(sockets.slice(3).map((socket) => once(socket, 'connect')));
    const socket = openSocket(url);
    expect(await readToEnd(socket)).toBe('');
  });
});
