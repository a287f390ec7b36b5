import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { DomainError, UnitNotStarted } from '../../../kernel/domain-error.js';
import { allowedMethods } from '../requests/route.js';
import { HttpProblem, problemForStatus } from './http-problem.js';
import { pageHeaders } from '../paging/page-query.js';
import { type ProblemMessage, problemMessage, sendMessage } from './problem-message.js';
import type { ArrivedRequest } from '../requests/request-target.js';

/**
 * `isNotStarted` if load shedding rejected the request, which is logged once per second instead of once per request.
 */
export type ProblemResponse = Response & { isNotStarted?: boolean };

/** Turns every exception into a problem document, without details that clients must not see. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<ArrivedRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    if (error instanceof NotFoundException && answerOptions(request, response)) return;
    if (response.headersSent) {
      this.logger.error({ msg: 'Failed after the response had started', request_id: request.id, err: error });
      response.destroy();
      return;
    }
    for (const name of pageHeaders) response.removeHeader(name);
    const known = error instanceof DomainError ? error : asHttpProblem(error, request);
    const { status, title } = sendProblem(request, response, known);
    if (status < 500 || error instanceof UnitNotStarted) return;
    this.logger.error({ msg: title, request_id: request.id, err: error });
  }
}

/** Sends a problem document, and returns it. */
function sendProblem(request: Request, response: ProblemResponse, known: DomainError | HttpProblem): ProblemMessage {
  const { id, target, publicUrl } = request as ArrivedRequest;
  if (known instanceof UnitNotStarted) response.isNotStarted = true;
  const message = problemMessage(known, { instance: target?.path ?? '/', requestId: id, publicUrl });
  sendMessage(response, message);
  return message;
}

function asHttpProblem(error: unknown, request: ArrivedRequest): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof NotFoundException) return noSuchRoute(request);
  const status = statusGivenBy(error);
  if (status === undefined || status >= 500) {
    return new HttpProblem('internal-error', 'An internal error occurred. Nothing was changed.');
  }
  return new HttpProblem(problemForStatus(status), `${(error as Error).message}.`);
}

/** Returns the status of errors of Nest, Express and raw-body. */
function statusGivenBy(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' ? status : undefined;
}

function noSuchRoute(request: ArrivedRequest): HttpProblem {
  const allowed = allowedMethods(request);
  if (allowed.length === 0) return new HttpProblem('not-found', `Nothing found at ${request.target!.path}.`);
  const detail = `${request.method} is not supported by ${request.target!.path}. Allowed: ${allowed.join(', ')}.`;
  return new HttpProblem('method-not-allowed', detail, undefined, { Allow: allowed.join(', ') });
}

function answerOptions(request: ArrivedRequest, response: Response): boolean {
  const allowed = request.method === 'OPTIONS' ? allowedMethods(request) : [];
  if (allowed.length === 0) return false;
  response.status(204).set('Allow', allowed.join(', ')).end();
  return true;
}
