import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { startService } from '../../scripts/servers/program.js';
import { ArrivalQueue } from '../../src/platform/http/connections/arrival-queue.js';
import { Connections } from '../../src/platform/http/connections/connection.js';
import { GracefulShutdown } from '../../src/platform/http/server/graceful-shutdown.js';
import { limitPipelining } from '../../src/platform/http/connections/pipelining.js';
import { freshDatabase } from '../support/engine.js';
import { startServer } from '../support/http/pipelining.js';
import { readToEnd, openSocket, sendRaw } from '../support/http/socket.js';
import { until } from '../support/until.js';

const get = (path: string | number): string => `GET /${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const post = (path: string | number, body: string): string =>
  `POST /${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const chunked = (path: string | number, body: string): string =>
  `POST /${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n` +
  `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const numbers = Array.from({ length: 300 }, (_, index) => index);
/** Returns the path and the length of the body in each response, in order. */
const answersIn = (text: string): string[] => text.match(/\/\d+ \d+$/gm) ?? [];

describe.each([
  ['', false],
  [' while many writes wait', true],
])('HTTP pipelining%s', (_, writesWait) => {
  const limit = 4;
  let server: Server;
  let connections: Connections;
  let drain: GracefulShutdown;
  let url: string;
  let inFlight = 0;
  let mostInFlight = 0;
  let begun: string[] = [];
  /** Answers with the path and the length of the body. */
  let answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let length = 0;
    for await (const chunk of request) length += (chunk as Buffer).length;
    await setTimeout(1);
    response.end(`${request.url} ${length}\n`);
  };

  beforeEach(async () => {
    [mostInFlight, inFlight, begun] = [0, 0, []];
    ({ server, url } = await startServer(
      (request, response) => {
        begun.push(request.url!);
        mostInFlight = Math.max(mostInFlight, ++inFlight);
        response.once('close', () => inFlight--);
        answer(request, response).catch(() => response.destroy());
      },
      (made) => {
        connections = new Connections(made);
        limitPipelining(made, connections, limit, new ArrivalQueue(() => writesWait));
        drain = new GracefulShutdown(made, connections);
      },
    ));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Reads until `count` responses have arrived. */
  async function answersOn(socket: Socket, count: number): Promise<string[]> {
    let text = '';
    socket.setEncoding('utf8').on('data', (data: string) => {
      text += data;
      if (answersIn(text).length >= count) socket.destroy();
    });
    await once(socket, 'close');
    return answersIn(text);
  }

  it.each<[string, (index: number) => string, (index: number) => number]>([
    ['without bodies', get, () => 0],
    ['with Content-Length', (index) => post(index, 'x'.repeat(index)), (index) => index],
    ['with bodies that look like requests', (index) => post(index, get(1).repeat(3)), () => get(1).length * 3],
    ['with chunked bodies', (index) => chunked(index, `${'x'.repeat(index)}\r\n\r\n`), (index) => index + 4],
    ['of all kinds', (index) => [get, post, chunked][index % 3]!(index, 'body'), (index) => (index % 3 ? 4 : 0)],
  ])('answers requests %s in order, with a limited number in flight', async (_, request, length) => {
    const socket = openSocket(url);
    socket.write(numbers.map(request).join(''));
    expect(await answersOn(socket, numbers.length)).toEqual(numbers.map((index) => `/${index} ${length(index)}`));
    expect(mostInFlight).toBe(limit);
  });

  it.each([1, 7, 43, 1_000])('keeps the limit if the bytes arrive in chunks of %i', async (size) => {
    const socket = openSocket(url).setNoDelay();
    const some = numbers.slice(0, 20);
    const text = some.map((index) => [get, post][index % 2]!(index, 'x'.repeat(50))).join('');
    const answers = answersOn(socket, some.length);
    for (let at = 0; at < text.length; at += size) {
      socket.write(text.slice(at, at + size));
      if (at % 5 === 0) await new Promise(setImmediate);
    }
    expect(await answers).toEqual(some.map((index) => `/${index} ${index % 2 ? 50 : 0}`));
    expect(mostInFlight).toBeLessThanOrEqual(limit);
  });

  it('does not read requests beyond the limit while their client reads no responses', async () => {
    const socket = openSocket(url);
    const usual = answer;
    answer = (_, response) => Promise.resolve(void response.end(Buffer.alloc(16 * 1024 * 1024)));
    socket.pause();
    socket.write(numbers.map(get).join('').repeat(100));
    while (begun.length === 0) await setTimeout(10);
    await setTimeout(200);
    answer = usual;
    // Node pauses the socket while the first response is not read.
    expect(begun.length).toBeLessThanOrEqual(limit);
    const [connection] = connections.busy;
    expect(connection!.socket.readableLength).toBeLessThan(256 * 1024);
    socket.destroy();
  });

  it('drops waiting requests when their client disconnects', async () => {
    const closed: boolean[] = [];
    const usual = answer;
    answer = (_, response) => Promise.resolve(void response.once('close', () => closed.push(true)));
    const socket = openSocket(url);
    socket.write(numbers.map(get).join(''));
    while (begun.length < limit) await setTimeout(10);
    const [connection] = connections.busy;
    socket.resetAndDestroy();
    // The service does not read the socket, so that only a write detects the disconnect.
    for (const response of connection!.responses) response.end('answer');
    while (connections.busy.length > 0) await setTimeout(10);
    answer = usual;
    expect(begun).toHaveLength(limit);
    expect(closed).toHaveLength(limit);
  });

  it('closes all responses of a connection with it, also queued ones', async () => {
    const usual = answer;
    answer = () => Promise.resolve();
    const socket = openSocket(url);
    socket.write(
      numbers
        .slice(0, limit - 1)
        .map(get)
        .join(''),
    );
    while (begun.length < limit - 1) await setTimeout(10);
    socket.destroy();
    while (inFlight > 0) await setTimeout(10);
    answer = usual;
    expect(connections.busy.length).toBe(0);
  });

  it('answers requests in flight at shutdown, the last with Connection: close, and drops the others', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((done) => (release = done));
    const usual = answer;
    answer = async (request, response) => {
      await released;
      await usual(request, response);
    };
    const socket = openSocket(url);
    const text = readToEnd(socket);
    socket.write(numbers.map(get).join(''));
    while (begun.length < limit) await setTimeout(10);
    const ended = drain.end();
    release();
    const answers = (await text).split(/(?=HTTP\/1\.1)/);
    await ended;
    answer = usual;
    expect(begun).toHaveLength(limit);
    expect(answers.map((each) => answersIn(each)[0])).toEqual(['/0 0', '/1 0', '/2 0', '/3 0']);
    expect(answers.map((each) => /Connection: (\S+)/.exec(each)![1])).toEqual([
      'keep-alive',
      'keep-alive',
      'keep-alive',
      'close',
    ]);
  });

  it('parses nothing after a malformed request', async () => {
    const errors: string[] = [];
    server.on('clientError', ({ code }: Error & { code: string }, socket: Socket) => {
      errors.push(code);
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    expect(await sendRaw(url, `broken\r\n\r\n${get(1).repeat(100)}`)).toContain('400');
    expect(errors).toHaveLength(1);
    expect(begun).toEqual([]);
  });
});

/** Holds arriving requests until a test releases them. */
class HeldArrivals extends ArrivalQueue {
  readonly held: Parameters<ArrivalQueue['add']>[0][] = [];
  isHolding = true;

  /** Whether each of them is a read. */
  readonly kinds: boolean[] = [];

  override add(arrival: (typeof this.held)[number], isRead: boolean): void {
    this.kinds.push(isRead);
    if (this.isHolding) this.held.push(arrival);
    else queueMicrotask(() => arrival.readArrived());
  }

  /** Requests on new connections are not queued. */
  override onConnection(): void {}
}

describe('bytes in the arrival queue', () => {
  const arrivals = new HeldArrivals(() => true);
  const begun: string[] = [];
  let server: Server;
  let url: string;
  let accepted: Promise<Socket>;
  let body: Buffer | undefined;
  beforeEach(async () => {
    arrivals.held.length = arrivals.kinds.length = begun.length = 0;
    body = undefined;
    ({ server, url } = await startServer(
      ({ url }, response) => {
        begun.push(url!);
        response.end(body ?? `${url} 0\n`);
      },
      (made) => limitPipelining(made, new Connections(made), 4, arrivals),
    ));
    accepted = once(server, 'connection').then(([socket]) => socket as Socket);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('are dropped when their client has closed its sending side, and still has an answer to read', async () => {
    // More than the buffers of the sockets can hold.
    body = Buffer.alloc(16 * 1024 * 1024);
    const client = openSocket(url).pause();
    client.write(get(1));
    const connection = await accepted;
    await until('the first request arrives', () => arrivals.held.length === 1);
    arrivals.held.pop()!.readArrived();
    client.end(get(2));
    await until('the second request arrives', () => arrivals.held.length === 1);
    await until('the client has closed its side', () => !connection.readable);
    expect(connection.destroyed).toBe(false);
    arrivals.held.pop()!.readArrived();
    expect(begun).toEqual(['/1']);
    client.destroy();
  });

  it('are dropped when their client has closed the connection', async () => {
    for (const leave of ['end', 'resetAndDestroy'] as const) {
      const client = openSocket(url);
      client.write(get(1));
      const connection = await accepted;
      await until('the request arrives', () => arrivals.held.length === 1);
      client[leave]();
      await until('the client is gone', () => !connection.readable);
      arrivals.held.pop()!.readArrived();
      accepted = once(server, 'connection').then(([socket]) => socket as Socket);
    }
    expect(begun).toEqual([]);
  });

  it('are not those of a health check, which a load balancer sends to a busy instance too', async () => {
    const checks = ['GET /health/ready', 'HEAD /health', 'GET /health?from=balancer'];
    for (const [index, head] of checks.entries()) {
      openSocket(url).write(`${head} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await until('it begins', () => begun.length === index + 1);
    }
    const queued = [get('health/ready') + get(1), get('healthy'), 'GET /health/ready HTTP/1.1\r\n', 'POST /health'];
    for (const [index, text] of queued.entries()) {
      openSocket(url).write(text);
      await until('it arrives', () => arrivals.held.length === index + 1);
    }
    expect(begun).toEqual(['/health/ready', '/health', '/health?from=balancer']);
  });

  it('are a read if they begin with GET or HEAD', async () => {
    for (const [index, method] of ['GET', 'HEAD', 'POST', 'DELETE', 'GETS'].entries()) {
      openSocket(url).write(`${method} /1 HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await until('it arrives', () => arrivals.kinds.length === index + 1);
    }
    expect(arrivals.kinds).toEqual([true, true, false, false, false]);
  });

  it('are read together with later ones, and the connection continues to be read', async () => {
    const client = openSocket(url);
    const text = readToEnd(client);
    client.write(get(1) + get(2).slice(0, 10));
    const connection = await accepted;
    await until('the first part arrives', () => arrivals.held.length === 1);
    client.write(get(2).slice(10));
    await until('the second part arrives', () => connection.isPaused());
    expect(arrivals.held).toHaveLength(1);
    arrivals.held.pop()!.readArrived();
    expect(begun).toEqual(['/1', '/2']);
    client.write(get(3));
    await until('the connection is read again', () => arrivals.held.length === 1);
    arrivals.held.pop()!.readArrived();
    client.end();
    expect(answersIn(await text)).toEqual(['/1 0', '/2 0', '/3 0']);
  });
});

describe('a client that pipelines 1,500 requests and reads no answers', () => {
  it('does not affect other clients, and gets all responses once it reads', async () => {
    const database = await freshDatabase();
    const { service, url } = await startService({
      DATABASE_URL: database.url,
      NODE_OPTIONS: '--max-old-space-size=256',
    });
    try {
      const silent = Array.from({ length: 8 }, () => openSocket(url).pause());
      for (const socket of silent) socket.write(get('openapi.json').repeat(1_500));
      const reader = openSocket(url).pause();
      const last = 'GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
      reader.write(get('version').repeat(1_499) + last);
      for (let count = 0; count < 10; count++) expect((await fetch(`${url}/movies`)).status).toBe(200);
      const text = await readToEnd(reader.resume());
      expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(1_500);
      for (const socket of silent) socket.destroy();
    } finally {
      await service.kill('SIGKILL');
      await database.drop();
    }
  });
});

describe('the bytes that may be rejected without a parser', () => {
  const offered: string[] = [];
  let responses: ServerResponse[];
  let server: Server;
  let socket: Socket;
  let accepted: Socket;
  let reject: (socket: Socket) => boolean;
  const arrivals = new HeldArrivals(() => true);
  const smuggled = `POST /smuggled HTTP/1.1\r\nHost: shop\r\n\r\n`;
  beforeEach(async () => {
    offered.length = 0;
    responses = [];
    arrivals.held.length = 0;
    arrivals.isHolding = false;
    reject = () => false;
    const started = await startServer(
      (_request, response) => void responses.push(response),
      (made) =>
        limitPipelining(made, new Connections(made), 4, arrivals, (from, bytes) => {
          offered.push(bytes.toString());
          return reject(from);
        }),
    );
    server = started.server;
    socket = connect({ host: '127.0.0.1', port: Number(new URL(started.url).port), allowHalfOpen: true });
    [accepted] = (await once(server, 'connection')) as [Socket];
  });
  afterEach(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  /** Sends bytes, and answers the request that they begin without reading its body. */
  async function sendAndAnswer(bytes: string): Promise<void> {
    const count = responses.length;
    socket.write(bytes);
    await until('the request arrives', () => responses.length > count);
    responses.at(-1)!.end('answer');
    await once(socket, 'data');
  }
  /** Sends bytes and then a request that is parsed after them. */
  async function sendBefore(bytes: string, last: string): Promise<void> {
    const count = responses.length;
    socket.write(bytes);
    await setTimeout(20);
    socket.write(last);
    await until('the last request arrives', () => responses.length > count);
  }

  it('are a request on a connection whose earlier requests are answered', async () => {
    await sendAndAnswer(get(1));
    await sendAndAnswer(get(2));
    expect(offered).toEqual([get(2)]);
  });

  it('exclude a body of known length whose request was answered early', async () => {
    await sendAndAnswer(`POST /1 HTTP/1.1\r\nHost: shop\r\nContent-Length: ${smuggled.length + 1}\r\n\r\n`);
    await sendBefore(smuggled, `.${get(2)}`);
    expect(offered).toEqual([]);
  });

  it('exclude a chunked body whose request was answered early', async () => {
    await sendAndAnswer('POST /1 HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n');
    const size = smuggled.length.toString(16);
    socket.write(`${size}\r\n`);
    await setTimeout(20);
    await sendBefore(smuggled, `\r\n0\r\n\r\n${get(2)}`);
    expect(offered).toEqual([]);
  });

  it('exclude a request after an unanswered one, and the second part of a head', async () => {
    await sendAndAnswer(get(1));
    socket.write(get(2));
    await until('the request arrives', () => responses.length === 2);
    socket.write(smuggled);
    await until('the next request arrives', () => responses.length === 3);
    for (const response of responses.slice(1)) response.end('answer');
    await once(socket, 'data');
    await setTimeout(20);
    socket.write('GET /3 HTTP/1.1\r\nX: ');
    await setTimeout(20);
    socket.write(smuggled);
    await until('the split request arrives', () => responses.length === 4);
    expect(offered).toEqual([get(2), 'GET /3 HTTP/1.1\r\nX: ']);
  });

  it('exclude a request whose client has not read the previous rejection', async () => {
    await sendAndAnswer(get(1));
    // More than the buffers of the sockets can hold.
    reject = (from) => from.write(Buffer.alloc(16 * 1024 * 1024)) || true;
    socket.pause().write(get(2));
    await until('the request is rejected', () => offered.length === 1);
    socket.write(get(3));
    await until('the next request arrives', () => responses.length === 2);
    expect(offered).toEqual([get(2)]);
  });

  it('exclude a request on a connection that the service closes', async () => {
    await sendAndAnswer(get(1));
    accepted.end();
    await once(socket, 'end');
    socket.write(get(2));
    await until('the next request arrives', () => responses.length === 2);
    expect(offered).toEqual([]);
  });

  it('are judged when it is their turn, not on arrival', async () => {
    await sendAndAnswer(get(1));
    arrivals.isHolding = true;
    socket.write(get(2));
    await until('the request waits', () => arrivals.held.length === 1);
    expect(offered).toEqual([]);
    arrivals.held.pop()!.readArrived();
    expect(offered).toEqual([get(2)]);
  });

  it('exclude two requests that wait together', async () => {
    await sendAndAnswer(get(1));
    arrivals.isHolding = true;
    socket.write(get(2));
    await until('the request waits', () => arrivals.held.length === 1);
    socket.write(get(3));
    await until('the next bytes have arrived', () => accepted.bytesRead === 3 * get(1).length);
    await setTimeout(20);
    arrivals.held.pop()!.readArrived();
    expect(responses).toHaveLength(3);
    expect(offered).toEqual([]);
  });
});
