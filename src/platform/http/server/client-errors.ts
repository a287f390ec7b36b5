import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { HttpProblem, type HttpProblemName } from '../problems/http-problem.js';
import { type ProblemMessage, sendProblemOn } from '../problems/problem-message.js';
import { anyMethod } from '../requests/route.js';

const problemsByCode: Readonly<Record<string, readonly [HttpProblemName, string]>> = {
  HPE_HEADER_OVERFLOW: ['request-header-fields-too-large', 'The header of the request is too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['content-too-large', 'The chunk extensions of the body are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time.'],
};

type RespondingSocket = Socket & {
  /** The current response of a connection. @private-api of node:http: Socket._httpMessage */
  readonly _httpMessage?: ServerResponse<IncomingMessage> | null;
};

/**
 * Sends problem documents for requests without a response object: on 'clientError' (malformed HTTP, header overflow,
 * request timeout) and for CONNECT.
 */
export function answerClientErrors(
  server: Server,
  messageOf: (problem: HttpProblem, requestId: string) => ProblemMessage,
): void {
  const logger = new Logger('Problem');
  /** Bytes after a malformed request are ignored. */
  const rejected = new WeakSet<Socket>();

  const reject = (socket: Socket, problem: HttpProblem, reason: string | undefined): void => {
    const id = randomUUID();
    logger.log({ msg: 'Rejected malformed request', request_id: id, problem: problem.type, reason });
    sendProblemOn(socket, messageOf(problem, id));
  };

  server.on('clientError', (error: Error & { code?: string }, socket: RespondingSocket) => {
    if (rejected.has(socket)) return;
    rejected.add(socket);
    const response = socket._httpMessage;
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else if (response?.req.complete) closeAfterResponses(socket);
    else if (response?.headersSent) socket.destroy();
    else {
      const [type, detail] = problemsByCode[error.code ?? ''] ?? [
        'malformed-request',
        'The request is not valid HTTP/1.1.',
      ];
      reject(socket, new HttpProblem(type, detail), error.code);
    }
  });

  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    // Node has removed its own listeners.
    socket.on('error', () => socket.destroy()).resume();
    const detail = `CONNECT is not supported. Allowed: ${anyMethod}.`;
    reject(socket, new HttpProblem('method-not-allowed', detail, undefined, { Allow: anyMethod }), 'CONNECT');
  });
}

/** Complete requests before the malformed one are answered: some may have made changes. */
function closeAfterResponses(socket: RespondingSocket): void {
  const response = socket._httpMessage;
  if (response) response.once('close', () => closeAfterResponses(socket));
  else socket.destroySoon();
}
