import { readAnswer } from '../support/contract.js';
import { useShop } from '../support/shop.js';
import { heard, openSocket } from '../support/socket.js';

describe('whoever sends a request drop by drop', () => {
  const shop = useShop();

  const head = 'POST /genres HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  const requests = {
    header: `${head}X-Patience: ${'.'.repeat(1000)}\r\n\r\n`,
    body: `${head}Content-Length: 1000\r\n\r\n${'{'.repeat(1000)}`,
    chunks: `${head}Transfer-Encoding: chunked\r\n\r\n${'1\r\n{\r\n'.repeat(200)}0\r\n\r\n`,
  };

  /** Sends the head of a request at once, and what is left of it drop by drop for as long as it is let. */
  const drip = async (request: string) => {
    const begun = Date.now();
    const socket = openSocket(shop.url);
    let sent = request.startsWith(`${head}X`) ? head.length : request.indexOf('\r\n\r\n') + 4;
    socket.write(request.slice(0, sent));
    const drops = setInterval(() => socket.write(request.slice(sent, ++sent)), 200);
    const answer = await heard(socket);
    clearInterval(drops);
    return { answer, seconds: (Date.now() - begun) / 1000 };
  };

  it('is told so and cut off within 30 seconds, while others are served as ever', async () => {
    let waiting = true;
    const slow = Promise.all(
      Object.values(requests).flatMap((request) => Array.from({ length: 20 }, () => drip(request))),
    );
    void slow.then(() => (waiting = false));
    let slowest = 0;
    while (waiting) {
      const asked = Date.now();
      await shop.clerk.genre();
      slowest = Math.max(slowest, Date.now() - asked);
      await new Promise((later) => setTimeout(later, 100));
    }
    // Far less than the slow are given, and more than a busy machine needs.
    expect(slowest).toBeLessThan(5_000);
    for (const { answer, seconds } of await slow) {
      expect(seconds).toBeLessThan(30);
      // Half a request is none of any operation.
      const told = readAnswer('', '/', answer);
      expect(told.status).toBe(408);
      shop.contract.validate(told);
    }
  });
});
