import type { INestApplication } from '@nestjs/common';
import cors from 'cors';
import type { NextFunction, Request, Response } from 'express';
import type { HttpAdapter } from './http-adapter.js';

/** Response headers that scripts of other origins may read, in addition to the CORS-safelisted ones. */
const exposedHeaders = [
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
  'X-Total-Count',
];

/** Access-Control-Max-Age in seconds. */
const maxAgeSeconds = 600;

/**
 * Enables CORS. Headers are set when a request arrives, so that problems sent before routing have them too.
 * @param origins separated by commas, or `*` for any; empty for none
 */
export function useCors(app: INestApplication, adapter: HttpAdapter, origins: string): void {
  if (origins === '') return;
  const options = { origin: origins === '*' ? origins : origins.split(','), exposedHeaders, maxAge: maxAgeSeconds };
  const answerPreflight = cors(options);
  // A plain OPTIONS request is answered with Allow.
  const setHeaders = cors({ ...options, preflightContinue: true });
  adapter.onArrival((request, response) => setHeaders(request, response, () => undefined));
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (request.method === 'OPTIONS' && request.get('Access-Control-Request-Method')) {
      answerPreflight(request, response, next);
    } else next();
  });
}
