import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Backpressure, type BackpressureLimits } from '../../src/platform/http/connections/backpressure.js';
import { Connections } from '../../src/platform/http/connections/connection.js';
import { startServer } from '../support/pipelining.js';
import { openSocket } from '../support/socket.js';

const get = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const megabyte = 1024 * 1024;

describe('backpressure', () => {
  let server: Server;
  let url: string;
  let backpressure: Backpressure;
  const sockets: Socket[] = [];
  beforeAll(() => Logger.overrideLogger(false));

  /** Serves responses that are larger than the buffers of the kernel. */
  async function serve(limits: Partial<BackpressureLimits>, size = 16 * megabyte): Promise<void> {
    const body = 'x'.repeat(size);
    ({ server, url } = await startServer(
      (_, response) => {
        response.setHeader('Content-Length', size);
        response.end(body);
        backpressure.afterEnd(response);
      },
      (made) => {
        const all = { sendTimeoutMs: 600_000, minSendRate: 1024, maxBufferedBytes: 1e9, ...limits };
        backpressure = new Backpressure(made, new Connections(made), all);
      },
    ));
  }
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  function ask(): Socket {
    const socket = openSocket(url).pause();
    sockets.push(socket);
    socket.write(get);
    return socket;
  }

  /** Reads `bytes` at a time, after pauses, until the connection is closed or everything has arrived. */
  async function read(socket: Socket, bytes: number, pauseMs: number, expected: number): Promise<number> {
    let length = 0;
    let isClosed = false;
    socket.once('close', () => (isClosed = true));
    while (!isClosed && length < expected) {
      const chunk = (socket.read(bytes) ?? socket.read()) as Buffer | null;
      length += chunk?.length ?? 0;
      await setTimeout(pauseMs);
    }
    return length;
  }

  it('closes a connection whose client reads nothing within the send timeout', async () => {
    await serve({ sendTimeoutMs: 200 });
    const socket = ask();
    const [connection] = (await once(server, 'connection')) as [Socket];
    await once(connection, 'close');
    expect(backpressure.closed).toEqual({ 'send-timeout': 1, 'buffer-limit': 0 });
    expect(backpressure.measure()).toBe(0);
    socket.destroy();
  });

  it('closes a connection whose client reads more slowly than the minimum rate', async () => {
    await serve({ sendTimeoutMs: 300, minSendRate: 100 * megabyte });
    const length = await read(ask(), 64 * 1024, 20, 16 * megabyte);
    expect(length).toBeLessThan(16 * megabyte);
    expect(backpressure.closed['send-timeout']).toBe(1);
  });

  it('sends a complete response to a slow client, for longer than the send timeout', async () => {
    await serve({ sendTimeoutMs: 500, minSendRate: 1024 }, 12 * megabyte);
    const begun = performance.now();
    const length = await read(ask(), 128 * 1024, 10, 12 * megabyte);
    expect(length).toBeGreaterThanOrEqual(12 * megabyte);
    expect(performance.now() - begun).toBeGreaterThan(500);
    expect(backpressure.closed['send-timeout']).toBe(0);
  });

  it('does not count the time before the response', async () => {
    let finish = (): void => undefined;
    ({ server, url } = await startServer(
      (_, response) => void (finish = () => response.end('late')),
      (made) => {
        const limits = { sendTimeoutMs: 100, minSendRate: 1024, maxBufferedBytes: 1e9 };
        backpressure = new Backpressure(made, new Connections(made), limits);
      },
    ));
    const socket = ask();
    await once(server, 'request');
    await setTimeout(500);
    finish();
    socket.resume();
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toContain('late');
  });

  it('closes connections that do not read when the total buffer limit is exceeded, and keeps others', async () => {
    const maxBufferedBytes = 40 * megabyte;
    await serve({ maxBufferedBytes });
    const silent = Array.from({ length: 6 }, ask);
    // Six responses exceed the limit: some connections are closed.
    while (backpressure.closed['buffer-limit'] < 2) await setTimeout(10);
    expect(backpressure.measure()).toBeLessThanOrEqual(maxBufferedBytes);
    const reader = ask();
    expect(await read(reader, 16 * megabyte, 1, 16 * megabyte)).toBeGreaterThanOrEqual(16 * megabyte);
    expect(silent).toHaveLength(6);
  });
});
