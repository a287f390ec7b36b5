import { Logger } from '@nestjs/common';
import type { Request } from 'express';
import type { HttpAdapter } from './http-adapter.js';
import type { ProblemResponse } from '../problems/problem.filter.js';
import { routeOf } from '../requests/route.js';

/** What is told of a request once it is over. Nothing in here is what people wrote, but for an X-Request-Id of theirs. */
export interface AccessLogRecord {
  readonly requestId: string;
  readonly method: string;
  /** The pattern of its path; `unmatched` for an unknown one, `shed` where load shedding refused it before routing. */
  readonly route: string;
  /** 499 where the client went away before it was answered, as is common since nginx. */
  readonly status: number;
  readonly seconds: number;
  /** Whether it was refused by backpressure. */
  readonly isNotStarted?: boolean;
}

/** Calls `observer` with every request when its answer was sent, or its client went away. */
export function observeRequests(adapter: HttpAdapter, observer: (answered: AccessLogRecord) => void): void {
  adapter.onArrival((request, response) => {
    const startedAt = performance.now();
    response.once('close', () => {
      const { id: requestId } = request;
      // Nothing above a listener catches what it throws: it would end the process.
      try {
        observer({
          requestId,
          method: request.method,
          route: wasShed(request, response) ? 'shed' : routeOf(request),
          status: response.headersSent ? response.statusCode : 499,
          seconds: (performance.now() - startedAt) / 1000,
          isNotStarted: (response as ProblemResponse).isNotStarted,
        });
      } catch (error) {
        logger.error({ msg: 'Could not log or measure a request', request_id: requestId, err: error });
      }
    });
  });
}

const wasShed = (request: Request, response: ProblemResponse): boolean =>
  response.isNotStarted === true && request.route === undefined;

const logger = new Logger('Request');

export function writeAccessLog({ requestId, method, route, status, seconds, isNotStarted }: AccessLogRecord): void {
  const fields = {
    msg: `${method} ${route} ${status}`,
    request_id: requestId,
    method,
    route,
    status,
    duration_ms: Math.round(seconds * 1e5) / 100,
  };
  // Under overload there is one line a second, of all of them.
  if (isNotStarted) logger.debug(fields);
  else if (status >= 500) logger.error(fields);
  else logger.log(fields);
}
