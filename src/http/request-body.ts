import { isUtf8 } from 'node:buffer';
import type { INestApplication } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { json, type NextFunction, type Request, type Response } from 'express';
import { HttpProblem } from './http-problem.js';

/** What the document of each method's operations says. A merge patch sent by PUT would empty what it leaves out. */
const typesOf = ({ method }: Request): string[] =>
  method === 'PATCH' ? ['application/json', 'application/merge-patch+json'] : ['application/json'];
const limit = '100kb';

/** Takes JSON bodies in UTF-8 up to the limit, unpacked, and refuses every other body before it is read. */
export function useRequestBodies(app: INestApplication): void {
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!hasBody(request)) next();
    else if (request.is(typesOf(request))) readJson(request, response, next);
    else next(otherType(request));
  });
}

const readJson = json({
  // Which they are has been judged before.
  type: () => true,
  limit,
  strict: false,
  verify: (_request: IncomingMessage, _response: unknown, body: Buffer, charset: string) => {
    if (charset !== 'utf-8') {
      throw new HttpProblem('unsupported-media-type', `${charset} is not understood; send UTF-8.`);
    }
    if (!isUtf8(body)) throw new HttpProblem('malformed-request', 'The body is not valid UTF-8.');
  },
});

/** A body means nothing to the other methods (RFC 9110), so that theirs is neither read nor judged. */
const methodsWithBody = ['POST', 'PUT', 'PATCH'];

function hasBody({ method, headers }: Request): boolean {
  if (!methodsWithBody.includes(method)) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function otherType(request: Request): HttpProblem {
  const given = request.get('Content-Type');
  const detail = `${given ? `${given} is not understood` : 'The body has no Content-Type'}; send application/json.`;
  return new HttpProblem('unsupported-media-type', detail, undefined, { Accept: 'application/json' });
}
