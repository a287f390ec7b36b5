import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ArrivalQueue } from './arrival-queue.js';
import type { Connection, Connections } from './connection.js';
import { HeadEnds, terminator } from './head-ends.js';

/**
 * Fields that Node's HTTP server sets on a socket: whether the parser is paused, and the parser, until CONNECT removes
 * it.
 * @private-api of node:http: Socket._paused and Socket.parser
 */
type ParsedSocket = Socket & { readonly _paused?: boolean; readonly parser?: object | null };

/** Answers a whole request without parsing it. Returns whether it did. */
type RejectUnparsed = (socket: Socket, bytes: Buffer) => boolean;

/**
 * Limits the requests in flight on one connection (HTTP pipelining, RFC 9112 §9.3.2). Further requests are neither read
 * nor parsed until earlier ones are answered.
 *
 * By default Node parses each chunk of up to 64 kB completely, which can be thousands of requests. See
 * docs/decisions/0024.
 */
export function limitPipelining(
  server: Server,
  connections: Connections,
  maxInFlight: number,
  arrivals: ArrivalQueue,
  rejectUnparsed: RejectUnparsed = () => false,
): void {
  server.on('connection', (socket: Socket) => {
    arrivals.onConnection();
    new RequestReader(connections.of(socket), maxInFlight, arrivals, rejectUnparsed);
  });
  server.prependListener('clientError', (_error, socket: Socket) => (connections.of(socket).isBroken = true));
}

const read = /^(?:GET|HEAD) /;
const healthCheck = /^(?:GET|HEAD) \/health[/? ]/;
const startOf = (chunk: Buffer): string => chunk.toString('latin1', 0, 13);

/** Whether a chunk is one whole request for the health of the service. */
const isHealthCheck = (chunk: Buffer): boolean =>
  healthCheck.test(startOf(chunk)) && chunk.indexOf(terminator) === chunk.length - terminator.length;

/** Passes the bytes of one connection to Node's parser, up to the end of a message at a time. */
class RequestReader {
  private readonly socket: ParsedSocket;
  /** Node's own listener, which parses a chunk. */
  private readonly parse: (chunk: Buffer) => void;
  private readonly headEnds = new HeadEnds();
  /** Bytes of the current body that have not arrived, if its length is known. */
  private missingBytes = 0;
  /** Whether the end of the latest request is known from its head. */
  private isFramed = false;
  /** Chunks in the arrival queue. */
  private arrived: Buffer[] = [];
  private isHolding = false;
  private isScheduled = false;

  constructor(
    private readonly connection: Connection,
    private readonly maxInFlight: number,
    private readonly arrivals: ArrivalQueue,
    private readonly rejectUnparsed: RejectUnparsed,
  ) {
    this.socket = connection.socket;
    [this.parse] = this.socket.listeners('data') as [(chunk: Buffer) => void];
    this.socket.off('data', this.parse).on('data', (chunk: Buffer) => this.receive(chunk));
    connection.onRelease = () => this.resumeSoon();
  }

  private receive(chunk: Buffer): void {
    if (this.arrived.length > 0) this.socket.pause();
    // A load balancer would remove an instance that is only busy.
    else if (this.arrivals.isActive && !isHealthCheck(chunk)) this.arrivals.add(this, read.test(startOf(chunk)));
    else return this.read(chunk);
    this.arrived.push(chunk);
  }

  /** A client that has closed its sending side counts as gone. */
  readArrived(): void {
    const { arrived } = this;
    this.arrived = [];
    if (!this.socket.readable) return;
    const isWhole = arrived.length === 1 && this.isBetweenRequests();
    if (isWhole && this.rejectUnparsed(this.socket, arrived[0]!)) return;
    if (arrived.length > 1 && !this.socket._paused) this.socket.resume();
    this.read(arrived.length > 1 ? Buffer.concat(arrived) : arrived[0]!);
  }

  private read(chunk: Buffer): void {
    let begin = 0;
    while (begin < chunk.length) {
      if (this.connection.isBroken || !this.socket.parser) return;
      if (this.socket._paused || this.isFull()) return this.hold(chunk.subarray(begin));
      const end = this.endOfPart(chunk, begin);
      const previous = this.connection.latest;
      this.parse(begin === 0 && end === chunk.length ? chunk : chunk.subarray(begin, end));
      const { latest } = this.connection;
      if (latest && latest !== previous) this.begin(latest.req);
      begin = end;
    }
  }

  private begin({ headers }: IncomingMessage): void {
    this.missingBytes = Number(headers['content-length'] ?? 0);
    this.isFramed = headers['transfer-encoding'] === undefined;
  }

  /** Whether the next byte is the first of a request, and everything before it is answered and sent. */
  private isBetweenRequests(): boolean {
    const { socket, connection, arrived, missingBytes, headEnds } = this;
    const hasParsed = this.isFramed && missingBytes === 0 && !headEnds.isPartial && arrived.length === 0;
    const isAnswered = connection.responses.length === 0 && socket.writable && socket.writableLength === 0;
    return hasParsed && isAnswered && !this.isHolding && !connection.isBroken && !!socket.parser && !socket._paused;
  }

  /** The end of the next part of a chunk in which at most one message begins or ends. */
  private endOfPart(chunk: Buffer, begin: number): number {
    if (this.missingBytes === 0) return this.headEnds.next(chunk, begin);
    const length = Math.min(this.missingBytes, chunk.length - begin);
    this.missingBytes -= length;
    return begin + length;
  }

  /**
   * Whether the next request has to wait, or is never answered because the response before it closes the connection.
   */
  private isFull(): boolean {
    const { responses, latest } = this.connection;
    if (!latest?.req.complete) return false;
    return responses.length >= this.maxInFlight || latest.getHeader('Connection') === 'close';
  }

  private hold(rest: Buffer): void {
    this.isHolding = true;
    this.socket.pause();
    this.socket.unshift(rest);
  }

  /** Resumes reading in the next turn of the event loop, after other connections. */
  private resumeSoon(): void {
    if (!this.isHolding || this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      if (this.isFull()) return;
      this.isHolding = false;
      // Otherwise Node resumes it when the client reads its responses.
      if (!this.socket._paused) this.socket.resume();
    });
  }
}
