import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import type { ServiceUnavailable } from '../kernel/domain-error.js';
import { sendProblem } from './problem.filter.js';

/** What a request would wait for. */
type Queue = 'readers' | 'writers';

/** The paths whose operations are answered without the database; health has a connection of its own. */
const withoutDatabase = /^\/($|(docs|health|metrics|openapi\.json|problems|version)(\/|$))/;

/**
 * Refuses requests on arrival while the queue that they would join is full: before their body is read, since refusing
 * has to cost a fraction of serving.
 * @param refusalOf the refusal where the queue is full
 */
export function useLoadShedding(
  app: INestApplication,
  refusalOf: (queue: Queue) => ServiceUnavailable | undefined,
): void {
  app.use((request: Request, response: Response, next: NextFunction) => {
    const queue = queueOf(request);
    const refusal = queue && refusalOf(queue);
    if (refusal) sendProblem(request, response, refusal);
    else next();
  });
}

function queueOf({ method, path }: Request): Queue | undefined {
  if (method === 'OPTIONS' || withoutDatabase.test(path)) return undefined;
  return method === 'GET' || method === 'HEAD' ? 'readers' : 'writers';
}
