import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Connections } from '../../src/platform/http/connections/connection.js';
import { GracefulShutdown } from '../../src/platform/http/server/graceful-shutdown.js';
import { readToEnd, openSocket } from '../support/http/socket.js';

const get = 'GET / HTTP/1.1\r\nHost: shop\r\n\r\n';

describe('graceful shutdown of a server', () => {
  let server: Server;
  let drain: GracefulShutdown;
  let url: string;
  beforeAll(() => Logger.overrideLogger(false));
  async function serve(answer: RequestListener): Promise<void> {
    server = createServer({ keepAliveTimeout: 60_000 }, answer);
    drain = new GracefulShutdown(server, new Connections(server));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  afterEach(() => server.closeAllConnections());

  it('sends a written response completely to a slow client', async () => {
    // More than the buffers of the sockets can hold.
    const long = Buffer.alloc(64 * 1024 * 1024, '.');
    await serve((_, response) => response.end(long));
    const [reader, other] = [openSocket(url), openSocket(url)];
    reader.pause();
    reader.write(get);
    await once(server, 'request');
    other.write('GET / HTTP/1.1\r\n');
    const ended = drain.end();
    other.destroy();
    await setTimeout(100);
    let length = 0;
    reader.on('data', (data) => (length += data.length)).resume();
    await once(reader, 'close');
    await ended;
    expect(length).toBeGreaterThan(long.length);
  });

  it('closes idle keep-alive connections, and preconnected ones without bytes', async () => {
    await serve((_, response) => response.end('answered'));
    const [kept, silent] = [openSocket(url), openSocket(url)];
    kept.write(get);
    await Promise.all([once(kept, 'data'), once(silent, 'connect')]);
    const begun = performance.now();
    await Promise.all([drain.end(), readToEnd(kept), readToEnd(silent)]);
    // Far less than the minute for which the server keeps an idle connection.
    expect(performance.now() - begun).toBeLessThan(30_000);
  });

  it('closes a connection after the end of its started response', async () => {
    let finish = (): void => undefined;
    await serve((_, response) => {
      response.write('be');
      finish = () => response.end('gun');
    });
    const socket = openSocket(url);
    socket.write(get);
    await once(socket, 'data');
    const ended = drain.end();
    finish();
    expect(await readToEnd(socket)).toContain('gun');
    await ended;
  });

  it('completes a request of which a part had arrived', async () => {
    await serve((_, response) => response.end('answered'));
    const socket = openSocket(url);
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    socket.write(get.slice(0, 10));
    const [connection] = await accepted;
    while (connection.bytesRead === 0) await setTimeout(10);
    const ended = drain.end();
    socket.write(get.slice(10));
    expect(await readToEnd(socket)).toMatch(/Connection: close[^]*answered/);
    await ended;
  });

  it('aborts unfinished requests after the drain timeout', async () => {
    await serve(() => undefined);
    const socket = openSocket(url);
    socket.write(get);
    await once(server, 'request');
    await Promise.all([drain.end(100), readToEnd(socket)]);
    expect(server.listening).toBe(false);
  });
});
