import { EventEmitter, once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Backpressure, type BackpressureLimits } from '../../src/platform/http/connections/backpressure.js';
import { Connections } from '../../src/platform/http/connections/connection.js';
import { startServer } from '../support/http/pipelining.js';
import { openSocket } from '../support/http/socket.js';
import { until } from '../support/until.js';

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

  function sendRequest(): Socket {
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
    const socket = sendRequest();
    const [connection] = (await once(server, 'connection')) as [Socket];
    await until('the connection is closed', () => connection.closed, 20, 15_000);
    expect(backpressure.closed).toEqual({ 'send-timeout': 1, 'buffer-limit': 0 });
    expect(backpressure.measure()).toBe(0);
    socket.destroy();
  });

  it('closes a connection whose client reads more slowly than the minimum rate', async () => {
    await serve({ sendTimeoutMs: 300, minSendRate: 100 * megabyte });
    const length = await read(sendRequest(), 64 * 1024, 20, 16 * megabyte);
    expect(length).toBeLessThan(16 * megabyte);
    expect(backpressure.closed['send-timeout']).toBe(1);
  });

  it('sends a complete response to a slow client, for longer than the send timeout', async () => {
    await serve({ sendTimeoutMs: 500, minSendRate: 1024 }, 12 * megabyte);
    const begun = performance.now();
    const length = await read(sendRequest(), 128 * 1024, 10, 12 * megabyte);
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
    const socket = sendRequest();
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
    const silent = Array.from({ length: 6 }, sendRequest);
    // Six responses exceed the limit: some connections are closed.
    await until('two connections are closed', () => backpressure.closed['buffer-limit'] >= 2, 10, 15_000);
    expect(backpressure.measure()).toBeLessThanOrEqual(maxBufferedBytes);
    const reader = sendRequest();
    expect(await read(reader, 16 * megabyte, 1, 16 * megabyte)).toBeGreaterThanOrEqual(16 * megabyte);
    expect(silent).toHaveLength(6);
  });
});

describe('the checks of backpressure', () => {
  const limits = { sendTimeoutMs: 20_000, minSendRate: 1_000, maxBufferedBytes: 100_000 };
  let server: Server;
  let backpressure: Backpressure;
  let now = 0;
  let check: () => void;
  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(() => {
    const interval = jest.spyOn(globalThis, 'setInterval').mockImplementation(((tick: () => void) => {
      check = tick;
      return { unref: () => undefined };
    }) as never);
    server = new EventEmitter() as Server;
    backpressure = new Backpressure(server, new Connections(server), limits);
    atTime(() => server.emit('listening'));
    expect(interval).toHaveBeenCalledWith(expect.any(Function), 1_000);
  });
  afterEach(() => jest.restoreAllMocks());

  /** Only for the code under test: the runner measures tests by the same clock. */
  function atTime(run: () => void): void {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(now);
    run();
    clock.mockRestore();
  }

  /**
   * A connection whose client reads what the test says.
   * @private-api of node:net: Socket._handle
   */
  class Client {
    private readonly socket = Object.assign(new EventEmitter(), {
      writableLength: 0,
      readableLength: 0,
      writableEnded: false,
      destroyed: false,
      _handle: { bytesWritten: 0, writeQueueSize: 0 },
      resetAndDestroy: () => (this.socket.destroyed = true),
    });

    constructor(bytes: number) {
      this.socket.writableLength = this.socket._handle.bytesWritten = this.socket._handle.writeQueueSize = bytes;
      server.emit('connection', this.socket);
      server.emit('request', { socket: this.socket }, this.response);
    }

    get isClosed(): boolean {
      return this.socket.destroyed;
    }

    get response(): ServerResponse {
      return this.socket as object as ServerResponse;
    }

    read(bytes: number): void {
      this.socket.writableLength = this.socket._handle.writeQueueSize -= bytes;
    }

    /** Sends bytes that are not parsed yet. */
    send(bytes: number): void {
      this.socket.readableLength += bytes;
    }
  }

  /** Lets seconds pass, with a check after each. */
  function pass(seconds: number, each = (): void => undefined): void {
    for (let second = 0; second < seconds; second++) {
      each();
      now += 1_000;
      atTime(check);
    }
  }

  it('close a connection whose client reads less than the minimum rate over the send timeout', () => {
    const [fast, slow] = [new Client(50_000), new Client(50_000)];
    const read = () => [fast, slow].forEach((client, index) => client.read(1_000 - index));
    pass(20, read);
    expect([fast.isClosed, slow.isClosed]).toEqual([false, false]);
    pass(1, read);
    expect([fast.isClosed, slow.isClosed]).toEqual([false, true]);
    pass(20, () => fast.read(1_000));
    // The third period began with the last bytes.
    pass(19);
    expect(fast.isClosed).toBe(false);
    pass(1);
    expect(fast.isClosed).toBe(true);
    expect(backpressure.closed).toEqual({ 'send-timeout': 2, 'buffer-limit': 0 });
  });

  it('measure the rate from the first byte that waits', () => {
    const client = new Client(50_000);
    pass(15, () => client.read(1_000));
    client.read(35_000);
    pass(60);
    client.read(-50_000);
    pass(20);
    expect(client.isClosed).toBe(false);
    pass(1);
    expect(client.isClosed).toBe(true);
  });

  it('do not count the time during which the event loop was blocked', () => {
    const client = new Client(50_000);
    pass(1);
    now += 600_000;
    pass(18);
    expect(client.isClosed).toBe(false);
    pass(1);
    expect(client.isClosed).toBe(true);
  });

  it('make room by closing those without progress for the longest time, the largest of them first', () => {
    const idle = [new Client(20_000), new Client(30_000), new Client(10_000)];
    pass(3);
    const [reader] = [new Client(30_000)];
    pass(3, () => reader.read(1_000));
    const closed = () => [...idle, reader].map(({ isClosed }) => isClosed);
    backpressure.afterEnd(new Client(3_000).response);
    expect(closed()).toEqual([false, false, false, false]);
    const last = new Client(20_000);
    backpressure.afterEnd(last.response);
    expect(closed()).toEqual([false, true, false, false]);
    backpressure.afterEnd(new Client(45_000).response);
    expect(closed()).toEqual([true, true, true, false]);
    expect(backpressure.closed).toEqual({ 'send-timeout': 0, 'buffer-limit': 3 });
    expect(last.isClosed).toBe(false);
  });

  it('count bytes that no response has announced, such as those of requests that wait', () => {
    const client = new Client(1);
    client.send(limits.maxBufferedBytes - 1);
    pass(1);
    expect(client.isClosed).toBe(false);
    client.send(1);
    pass(1);
    expect(client.isClosed).toBe(true);
    expect(backpressure.closed['buffer-limit']).toBe(1);
  });
});
