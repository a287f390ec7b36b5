import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';

export type IdentifiedRequest = Request & { id: string };

/**
 * Sets the id of a request: the client's X-Request-Id if it is a plain token, so that logs can be correlated, otherwise
 * a new UUID.
 */
export function assignRequestId(request: Request, response: Response): void {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
  Object.assign(request, { id });
  response.setHeader('X-Request-Id', id);
}
