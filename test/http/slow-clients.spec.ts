import { defaultReceiveTimeouts, type ReceiveTimeouts } from '../../src/platform/http/server/http-adapter.js';
import { openShop, type RunningShop } from '../support/app.js';
import { readAnswer } from '../support/http/contract.js';
import { clerk } from '../support/shop.js';
import { readToEnd, openSocket } from '../support/http/socket.js';
import { until } from '../support/until.js';

const timeouts: ReceiveTimeouts = { headersTimeoutMs: 300, requestTimeoutMs: 400, checkIntervalMs: 50 };
const head = 'POST /genres HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const requests = {
  header: `${head}X-Padding: ${'.'.repeat(100_000)}\r\n\r\n`,
  body: `${head}Content-Length: 100000\r\n\r\n${'{'.repeat(100_000)}`,
  chunks: `${head}Transfer-Encoding: chunked\r\n\r\n${'1\r\n{\r\n'.repeat(20_000)}0\r\n\r\n`,
};

describe('a client that sends a request byte by byte (slowloris)', () => {
  let shop: RunningShop;
  beforeAll(async () => (shop = await openShop({ receiveTimeouts: timeouts })));
  afterAll(() => shop.close());

  /** Sends the head of a request in one piece, and the rest byte by byte until the connection is closed. */
  async function drip(request: string): Promise<string> {
    const socket = openSocket(shop.url);
    let sent = request.startsWith(`${head}X`) ? head.length : request.indexOf('\r\n\r\n') + 4;
    socket.write(request.slice(0, sent));
    const drops = setInterval(() => socket.write(request.slice(sent, ++sent)), 10);
    return readToEnd(socket).finally(() => clearInterval(drops));
  }

  it('gets 408 and is disconnected, while other clients are served', async () => {
    // On an open connection: a new one is subject to the timeouts of this test.
    await clerk(shop.api).genre();
    let isDone = false;
    const slow = Promise.all(
      Object.values(requests).flatMap((request) => Array.from({ length: 20 }, () => drip(request))),
    ).finally(() => (isDone = true));
    await until('all slow clients are disconnected', async () => {
      await clerk(shop.api).genre();
      return isDone;
    });
    for (const answer of await slow) {
      // Half a request belongs to no operation.
      const problem = readAnswer('', '/', answer);
      expect(problem.status).toBe(408);
      shop.contract.validate(problem);
    }
  });

  it('is disconnected within 30 seconds by default', async () => {
    const { headersTimeoutMs, requestTimeoutMs, checkIntervalMs } = defaultReceiveTimeouts;
    expect(Math.max(headersTimeoutMs, requestTimeoutMs) + checkIntervalMs).toBeLessThan(30_000);
    const byDefault = await openShop();
    expect(byDefault.app.getHttpServer()).toMatchObject({
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
    });
    await byDefault.close();
  });
});
