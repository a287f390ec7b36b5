import { Logger } from '@nestjs/common';
import type { Request } from 'express';
import type { HttpAdapter } from './http-adapter.js';
import type { ProblemResponse } from '../problems/problem.filter.js';
import { routeOf } from '../requests/route.js';

/** Access log record. Contains no user input except a client-supplied X-Request-Id. */
export interface AccessLogRecord {
  readonly requestId: string;
  readonly method: string;
  /** Route pattern; `unmatched` for an unknown path, `shed` if load shedding rejected the request before routing. */
  readonly route: string;
  /** HTTP status; 499, as in nginx, if the client disconnected before the response. */
  readonly status: number;
  readonly seconds: number;
  /** Whether it was rejected by load shedding. */
  readonly isNotStarted?: boolean;
}

/** Calls `observer` for every request after its response was sent or its client has disconnected. */
export function observeRequests(adapter: HttpAdapter, observer: (answered: AccessLogRecord) => void): void {
  const observe = (answered: AccessLogRecord): void => {
    // An exception in a listener would end the process.
    try {
      observer(answered);
    } catch (error) {
      logger.error({ msg: 'Could not log or measure a request', request_id: answered.requestId, err: error });
    }
  };
  adapter.onRejection(({ method }, requestId) =>
    observe({ requestId, method, route: 'shed', status: 503, seconds: 0, isNotStarted: true }),
  );
  adapter.onArrival((request, response) => {
    const startedAt = performance.now();
    response.once('close', () => {
      observe({
        requestId: request.id,
        method: request.method,
        route: wasShed(request, response) ? 'shed' : routeOf(request),
        status: response.headersSent ? response.statusCode : 499,
        seconds: (performance.now() - startedAt) / 1000,
        isNotStarted: (response as ProblemResponse).isNotStarted,
      });
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
  // Under overload, rejected requests are logged once per second in total.
  if (isNotStarted) logger.debug(fields);
  else if (status >= 500) logger.error(fields);
  else logger.log(fields);
}
