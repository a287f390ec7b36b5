import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

export type IdentifiedRequest = Request & { id: string };

/** Names each request, by the caller's own X-Request-Id where it is a plain token, so that both sides' logs meet. */
export function requestId(request: Request, response: Response, next: NextFunction): void {
  const given = request.get('X-Request-Id');
  const id = given && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
  Object.assign(request, { id });
  response.set('X-Request-Id', id);
  next();
}
