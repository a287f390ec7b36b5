import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { DomainError } from '../../../kernel/domain-error.js';
import type { HttpProblem } from './http-problem.js';
import { describeProblem, problemHeaders } from './problem-details.js';

/** A problem document as an HTTP message, however it is sent. */
export interface ProblemMessage {
  readonly status: number;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a problem document says of the request. */
interface ProblemContext {
  /** The path that was requested. */
  readonly instance: string;
  readonly requestId: string;
  /** What stands before the paths of all links. */
  readonly publicUrl: string;
}

export function problemMessage(
  error: DomainError | HttpProblem,
  { instance, requestId, publicUrl }: ProblemContext,
): ProblemMessage {
  const { type, ...problem } = describeProblem(error);
  const [typeUrl, instanceUrl] = [type, instance].map((path) => publicUrl + path);
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

/** Adds to the headers that the response has already. */
export function sendMessage(response: ServerResponse, { status, headers, body }: ProblemMessage): void {
  response.writeHead(status, headers);
  response.end(body);
}

/** Milliseconds in which a client can read the problem before its connection is closed. */
const lingerMs = 2_000;

/** Sends a problem on a connection that has no response, and closes it. */
export function sendProblemOn(socket: Socket, { status, headers, body }: ProblemMessage): void {
  const lines = Object.entries({ Date: new Date().toUTCString(), Connection: 'close', ...headers });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // What has not been read when a socket is destroyed resets the connection, and the client loses the answer. Its own
  // side may stay open for ever.
  const closing = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(closing));
}
