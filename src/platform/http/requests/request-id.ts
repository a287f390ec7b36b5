import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';

export type IdentifiedRequest = Request & { id: string };

/** Names each request, by the caller's own X-Request-Id where it is a plain token, so that both sides' logs meet. */
export function assignRequestId(request: Request, response: Response): void {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
  Object.assign(request, { id });
  response.setHeader('X-Request-Id', id);
}
