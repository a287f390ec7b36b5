import type { INestApplication } from '@nestjs/common';
import type { Request } from 'express';

/** What scripts of other origins may read of an answer, beside what browsers show them anyway. */
const exposedHeaders = [
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'Retry-After',
  'X-Request-Id',
  'X-Total-Count',
];

/** Seconds for which a browser need not ask again whether it may ask. */
const maxAge = 600;

/**
 * Lets pages of other origins use the service from a browser.
 * @param origins parted by commas, or `*` for any; empty for none
 */
export function useCors(app: INestApplication, origins: string): void {
  if (origins === '') return;
  const options = { origin: origins === '*' ? origins : origins.split(','), exposedHeaders, maxAge };
  app.enableCors((request: Request, callback: (error: null, options: object) => void) => {
    // OPTIONS that is no preflight asks for Allow, as anywhere.
    callback(null, { ...options, preflightContinue: !request.get('Access-Control-Request-Method') });
  });
}
