import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { DomainError } from '../../../kernel/domain-error.js';
import type { HttpProblem } from './http-problem.js';
import { describeProblem, problemHeaders } from './problem-details.js';

/** A problem document as an HTTP message. */
export interface ProblemMessage {
  readonly status: number;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The members of a problem document that depend on the request. */
interface ProblemContext {
  /** Path of the request. */
  readonly instance: string;
  readonly requestId: string;
  /** Prefix of all links. */
  readonly publicUrl: string;
}

/** Returns a reference to a path. One that begins with // would name a host (RFC 3986 §4.2). */
const referenceTo = (path: string): string => (path.startsWith('//') ? `/.${path}` : path);

export function problemMessage(
  error: DomainError | HttpProblem,
  { instance, requestId, publicUrl }: ProblemContext,
): ProblemMessage {
  const { type, ...problem } = describeProblem(error);
  const [typeUrl, instanceUrl] = [type, referenceTo(instance)].map((path) => publicUrl + path);
  const body = JSON.stringify({ type: typeUrl, ...problem, instance: instanceUrl, request_id: requestId });
  const headers = {
    ...problemHeaders(error),
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Request-Id': requestId,
  };
  return { status: problem.status, title: problem.title, headers, body };
}

/** Sends a problem; headers that are already set are kept. */
export function sendMessage(response: ServerResponse, { status, headers, body }: ProblemMessage): void {
  response.writeHead(status, headers);
  response.end(body);
}

/** Time for the client to read the problem before its connection is closed. */
const lingerMs = 2_000;

const startLine = (status: number): string => `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
const fieldLines = (headers: object): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');

/** Sends a problem on a socket without a response object, and closes it. */
export function sendProblemOn(socket: Socket, message: ProblemMessage): void {
  const headers = { Date: new Date().toUTCString(), Connection: 'close', ...message.headers };
  socket.end(`${startLine(message.status)}${fieldLines(headers)}\r\n${message.body}`);
  // Destroying a socket with unread bytes resets the connection, and the client loses the response; but a client may
  // keep its side open forever.
  const closing = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(closing));
}

/** The response to many requests with one problem, of which only the path and the id of the request differ. */
export class ProblemTemplate {
  private readonly head: string;
  private readonly body: readonly [string, string, string];
  private readonly fixedLength: number;

  /** @param messageFor returns the problem for a path and a request id */
  constructor(messageFor: (path: string, requestId: string) => ProblemMessage, headers: object) {
    const { status, headers: own, body } = messageFor('/{path}', '{id}');
    const { 'Content-Length': _length, 'X-Request-Id': _id, ...fixed } = own;
    this.head = startLine(status) + fieldLines({ ...headers, ...fixed });
    this.body = body.split(/\/\{path\}|\{id\}/) as [string, string, string];
    this.fixedLength = Buffer.byteLength(this.body.join(''));
  }

  /** @param path in characters that JSON does not escape */
  textFor(path: string, requestId: string): string {
    const [start, middle, end] = this.body;
    const length = this.fixedLength + path.length + requestId.length;
    const date = new Date().toUTCString();
    return `${this.head}Date: ${date}\r\nX-Request-Id: ${requestId}\r\nContent-Length: ${length}\r\n\r\n${start}${path}${middle}${requestId}${end}`;
  }
}
