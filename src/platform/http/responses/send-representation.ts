import type { Response } from 'express';
import { isLarge, send } from './compression.js';
import { entityTag } from '../conditional/entity-tag.js';
import type { Representation } from '../openapi/operation.decorator.js';
import { PageResponse, setPageHeaders } from '../paging/page-query.js';
import { Preconditions } from '../conditional/preconditions.js';
import type { ArrivedRequest } from '../requests/request-target.js';
import { StaticDocument } from '../docs/static-document.js';
import { SpooledDocument } from './spooled-document.js';

/** A response whose representation was set by ContentNegotiationGuard. */
export type NegotiatedResponse = Response & { representation?: Representation };

/**
 * Sends the result of an operation. Runs in the adapter rather than in an interceptor, whose RxJS pipeline costs more
 * than the work itself.
 */
export function sendRepresentation(
  response: Response,
  result: unknown,
  { tagged, location, dryRun }: Representation,
): void | Promise<void> {
  if (result instanceof StaticDocument || result instanceof SpooledDocument) return result.send(response);
  const { publicUrl } = response.req as ArrivedRequest;
  if (typeof result === 'string') return send(response, result);
  if (result instanceof PageResponse) setPageHeaders(response, result);
  const document = result instanceof PageResponse ? result.items : (result as object);
  const text = result instanceof PageResponse ? result.text : JSON.stringify(document);
  const isDryRun = dryRun !== undefined && result instanceof dryRun;
  if (isDryRun) response.status(200);
  else if (location !== undefined)
    response.setHeader('Location', `${publicUrl}${location}/${(document as { id: number }).id}`);
  if (tagged && !isDryRun && isNotModified(response, document, text)) {
    if (isLarge(text)) response.vary('Accept-Encoding');
    response.status(304).end();
    return;
  }
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  send(response, text);
}

/**
 * Sets the ETag of a document.
 * @returns whether the client's cached copy is current
 */
function isNotModified(response: Response, document: object, text: string): boolean {
  const tag = entityTag(document, text);
  const { req: request } = response;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const known = isRead && new Preconditions(request).isNotModified(tag);
  response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', 'private, no-cache');
  return known;
}
