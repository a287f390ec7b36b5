import { readPlainRequest } from '../../src/platform/http/connections/plain-request.js';

const read = (text: string) => readPlainRequest(Buffer.from(text, 'latin1'));
const host = 'Host: shop\r\n';

describe('a request that is rejected without a parser', () => {
  it.each([
    ['with a body', `POST /genres HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\n{}`, 'POST', '/genres'],
    ['without a body', `DELETE /genres/1 HTTP/1.1\r\n${host}\r\n`, 'DELETE', '/genres/1'],
    ['with a query', `POST /movie_rents?dry_run=true HTTP/1.1\r\n${host}\r\n`, 'POST', '/movie_rents'],
    [
      'on a connection to keep',
      `PATCH /shop HTTP/1.1\r\nhost: shop\r\nconnection: keep-alive\r\ncontent-length:2\r\n\r\n{}`,
      'PATCH',
      '/shop',
    ],
  ])('may be one %s', (_what, text, method, path) => {
    expect(read(text)).toEqual({ method, path });
  });

  it.each([
    ['that only reads', `GET /genres HTTP/1.1\r\n${host}\r\n`],
    ['of HTTP/1.0', `POST /genres HTTP/1.0\r\n${host}\r\n`],
    ['with an incomplete head', `POST /genres HTTP/1.1\r\n${host}`],
    ['with an incomplete body', `POST /genres HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\n{}`],
    ['with bytes behind it', `POST /genres HTTP/1.1\r\n${host}Content-Length: 1\r\n\r\n{}`],
    ['with bytes and no length', `POST /genres HTTP/1.1\r\n${host}\r\n{}`],
    ['with two lengths', `POST /genres HTTP/1.1\r\n${host}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`],
    ['with a list of lengths', `POST /genres HTTP/1.1\r\n${host}Content-Length: 2, 2\r\n\r\n{}`],
    ['with a signed length', `POST /genres HTTP/1.1\r\n${host}Content-Length: +2\r\n\r\n{}`],
    ['with an empty length', `POST /genres HTTP/1.1\r\n${host}Content-Length:\r\n\r\n`],
    ['with a transfer coding', `POST /genres HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['with a blank before a colon', `POST /genres HTTP/1.1\r\n${host}Transfer-Encoding : chunked\r\n\r\n`],
    ['with a folded field', `POST /genres HTTP/1.1\r\n${host}X: a\r\n Content-Length: 2\r\n\r\n`],
    ['with a bare line feed', `POST /genres HTTP/1.1\r\n${host}X: a\nTransfer-Encoding: chunked\r\n\r\n`],
    ['with a bare carriage return', `POST /genres HTTP/1.1\r\n${host}X: a\rTransfer-Encoding: chunked\r\n\r\n`],
    ['without Host', 'POST /genres HTTP/1.1\r\nX: a\r\n\r\n'],
    ['with an expectation', `POST /genres HTTP/1.1\r\n${host}Expect: 100-continue\r\n\r\n`],
    ['that closes the connection', `POST /genres HTTP/1.1\r\n${host}Connection: close\r\n\r\n`],
    ['of a browser on another origin', `POST /genres HTTP/1.1\r\n${host}Origin: https://a.example\r\n\r\n`],
    ['with an id of its own', `POST /genres HTTP/1.1\r\n${host}X-Request-Id: a\r\n\r\n`],
    ['with an encoded path', `POST /genres%2F HTTP/1.1\r\n${host}\r\n`],
    ['with a path that begins like a host', `POST //genres HTTP/1.1\r\n${host}\r\n`],
    ['with an absolute target', `POST http://shop/genres HTTP/1.1\r\n${host}\r\n`],
  ])('must be parsed %s', (_what, text) => {
    expect(read(text)).toBeUndefined();
  });
});
