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

/** Sends a problem; headers that are already set are kept. */
export function sendMessage(response: ServerResponse, { status, headers, body }: ProblemMessage): void {
  response.writeHead(status, headers);
  response.end(body);
}

/** Time for the client to read the problem before its connection is closed. */
const lingerMs = 2_000;

/** Sends a problem on a socket without a response object, and closes it. */
export function sendProblemOn(socket: Socket, { status, headers, body }: ProblemMessage): void {
  const lines = Object.entries({ Date: new Date().toUTCString(), Connection: 'close', ...headers });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // Destroying a socket with unread bytes resets the connection, and the client loses the response; but a client may
  // keep its side open forever.
  const closing = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(closing));
}
