import { randomUUID } from 'node:crypto';
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { HttpProblem, type HttpProblemName } from './http-problem.js';
import { describeProblem } from './problem.js';

const known: Readonly<Record<string, readonly [HttpProblemName, string]>> = {
  HPE_HEADER_OVERFLOW: ['request-header-fields-too-large', 'The header of the request is too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time.'],
};

/** Answers what Node refuses before there is a request to speak of, as every other problem is answered. */
export function answerBrokenRequests(server: Server): void {
  const logger = new Logger('Problem');
  server.on('clientError', (error: Error & { code?: string }, socket: Socket) => {
    // Nobody listens any more, or an answer is on its way already, which a second one would garble.
    if (error.code === 'ECONNRESET' || !socket.writable || hasBegunToAnswer(socket)) {
      socket.destroy();
      return;
    }
    const [type, detail] = known[error.code ?? ''] ?? ['malformed-request', 'This is not HTTP as it is specified.'];
    const id = randomUUID();
    logger.log({ msg: 'Refused what is no request', request_id: id, problem: type, reason: error.code });
    socket.end(asText(new HttpProblem(type, detail), id));
  });
}

function asText(problem: HttpProblem, id: string): string {
  const body = JSON.stringify({ ...describeProblem(problem), instance: '/', request_id: id });
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    '',
    body,
  ].join('\r\n');
}

/** Node's own mark of the answer that a connection is busy with. */
function hasBegunToAnswer(socket: Socket & { _httpMessage?: { headersSent: boolean } | null }): boolean {
  return Boolean(socket._httpMessage?.headersSent);
}
