import { once } from 'node:events';
import { useShop } from '../support/shop.js';
import { type Exchange, readAnswer } from '../support/http/contract.js';
import { readToEnd, openSocket, sendRaw } from '../support/http/socket.js';

const host = 'Host: localhost\r\n';
const close = 'Connection: close\r\n';

describe('a request that violates HTTP', () => {
  const shop = useShop();

  async function send(bytes: string): Promise<Exchange> {
    // An incomplete request belongs to no operation.
    const answer = readAnswer('', '/', await sendRaw(shop.url, Buffer.from(bytes, 'latin1')));
    if (answer.status >= 400) shop.contract.validate(answer);
    return answer;
  }

  const fields = (count: number) => 'X: 1\r\n'.repeat(count);

  it.each([
    ['no Host', `GET / HTTP/1.1\r\n${close}\r\n`, 400],
    ['two Hosts', `GET / HTTP/1.1\r\n${host}${host}${close}\r\n`, 400],
    ['two Hosts by HTTP/1.0', `GET / HTTP/1.0\r\n${host}HOST: localhost\r\n${close}\r\n`, 400],
    ['two Hosts and an absolute-form', `GET http://localhost/ HTTP/1.1\r\n${host}${host}${close}\r\n`, 400],
    ['an absolute-form and no Host', `GET http://localhost/ HTTP/1.1\r\n${close}\r\n`, 400],
    ['an empty Host', `GET / HTTP/1.1\r\nHost:\r\n${close}\r\n`, 400],
    ['a list as Host', `GET / HTTP/1.1\r\nHost: localhost, localhost\r\n${close}\r\n`, 400],
    ['a URL as Host', `GET / HTTP/1.1\r\nHost: http://localhost\r\n${close}\r\n`, 400],
    [
      'two Content-Types',
      `POST /genres HTTP/1.1\r\n${host}${close}${'Content-Type: application/json\r\n'.repeat(2)}\r\n`,
      400,
    ],
    ['HTTP/0.9', 'GET /\r\n\r\n', 400],
    ['HTTP/0.9 with a version', 'GET / HTTP/0.9\r\n\r\n', 400],
    ['HTTP/1.2', `GET / HTTP/1.2\r\n${host}\r\n`, 400],
    ['HTTP/2', `GET / HTTP/2.0\r\n${host}${close}\r\n`, 400],
    ["HTTP/2's preface", 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['HTTP/3', `GET / HTTP/3.0\r\n${host}\r\n`, 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['bare LF', `GET / HTTP/1.1\nHost: localhost\n\n`, 400],
    ['obs-fold', `GET / HTTP/1.1\r\n${host}X: 1\r\n 2\r\n\r\n`, 400],
    ['a space before the colon', `GET / HTTP/1.1\r\n${host}X : 1\r\n\r\n`, 400],
    ['NUL in a header field', `GET / HTTP/1.1\r\n${host}X: \0\r\n\r\n`, 400],
    ['two Content-Lengths', `POST /genres HTTP/1.1\r\n${host}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400],
    ['a negative Content-Length', `POST /genres HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n{}`, 400],
    [
      'Content-Length and Transfer-Encoding',
      `POST /genres HTTP/1.1\r\n${host}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      400,
    ],
    [
      'a last transfer coding other than chunked',
      `POST /genres HTTP/1.1\r\n${host}Transfer-Encoding: gzip\r\n\r\n`,
      400,
    ],
    [
      'a chunk without a valid size',
      `POST /genres HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
    ],
    ['CONNECT', `CONNECT localhost:80 HTTP/1.1\r\n${host}\r\n`, 405],
    ['TRACE', `TRACE / HTTP/1.1\r\n${host}${close}\r\n`, 405],
    [
      'endless chunk extensions',
      `POST /genres HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2;${'x'.repeat(20_000)}`,
      413,
    ],
    ['an expectation other than 100-continue', `GET / HTTP/1.1\r\n${host}${close}Expect: tea\r\n\r\n`, 417],
    [
      'an unknown expectation beside 100-continue',
      `GET / HTTP/1.1\r\n${host}${close}Expect: 100-continue, tea\r\n\r\n`,
      417,
    ],
    ['more than 100 header fields', `GET / HTTP/1.1\r\n${host}${close}${fields(99)}\r\n`, 431],
    ['more header fields than Node reads', `GET / HTTP/1.1\r\n${host}${close}${fields(2_500)}\r\n`, 431],
  ])('gets a problem with security headers: %s', async (_, bytes, status) => {
    const answer = await send(bytes);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.any(String),
    });
  });

  it.each([
    ['HTTP/1.0 without Host', 'GET /version HTTP/1.0\r\n\r\n'],
    ['an expectation by HTTP/1.0, which has none', 'GET /version HTTP/1.0\r\nExpect: tea\r\n\r\n'],
    ['100 header fields', `GET /version HTTP/1.1\r\n${host}${close}${fields(98)}\r\n`],
    [
      'an upgrade to WebSocket',
      `GET /version HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: upgrade, close\r\n\r\n`,
    ],
    ['an upgrade to h2c', `GET /version HTTP/1.1\r\n${host}Upgrade: h2c\r\nConnection: upgrade, close\r\n\r\n`],
  ])('is not %s', async (_, bytes) => {
    expect((await send(bytes)).status).toBe(200);
  });

  it('is refused before 100 Continue', async () => {
    const answer = await send(
      `POST /genres HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 2\r\nHost: localhost\r\n\r\n`,
    );
    expect(answer.status).toBe(400);
  });

  it('gets its connection closed soon, though the client keeps its side open and continues to send', async () => {
    const socket = openSocket(shop.url);
    socket.write('BREW / HTTP/1.1\r\n\r\n');
    const sending = setInterval(() => socket.write('BREW / HTTP/1.1\r\n\r\n'), 50);
    const answers = await readToEnd(socket);
    clearInterval(sending);
    expect(answers.match(/HTTP\/1\.1 400/g)).toHaveLength(1);
  });

  it('does not affect the response to an earlier complete request on its connection', async () => {
    const body = JSON.stringify({ name: 'Pipelined' });
    const post = `POST /genres HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const answers = await sendRaw(shop.url, `${post}GET /version HTTP/1.1\r\n${host}\r\nBREW\r\n\r\n`);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 200']);
  });

  it('does not end the process by resetting the connection, CONNECT included', async () => {
    for (const bytes of [
      'CONNECT localhost:80 HTTP/1.1\r\n\r\n',
      'BREW\r\n\r\n',
      `GET /movies HTTP/1.1\r\n${host}\r\n`,
    ]) {
      const socket = openSocket(shop.url);
      await once(socket, 'connect');
      socket.write(bytes);
      socket.resetAndDestroy();
    }
    await shop.api.get('/health/live').expect(200);
  });
});

describe('a query of more than 100 parameters', () => {
  const shop = useShop();
  const query = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=1`).join('&');

  it.each([101, 1_100])('gets 422 with %i of them, and none is dropped silently', async (count) => {
    for (const path of ['/movies', '/version']) {
      const { body } = await shop.api.get(`${path}?${query(count)}`).expect(422);
      expect(body).toMatchObject({ detail: 'The query has more than 100 parameters.' });
    }
  });

  it('gets 422 even if the first thousand are valid', async () => {
    await shop.api.get(`/movies?${'&'.repeat(1_100)}limit=0`).expect(422);
  });
});
