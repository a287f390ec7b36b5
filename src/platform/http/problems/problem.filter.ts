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

/** `isNotStarted` where a request was refused by backpressure, of which the log has one line a second in place of one each. */
export type ProblemResponse = Response & { isNotStarted?: boolean };

/** Every error leaves through here, as a problem document that tells the client what it may know and nothing else. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<ArrivedRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    if (error instanceof NotFoundException && answerOptions(request, response)) return;
    if (response.headersSent) {
      this.logger.error({ msg: 'Failed after the answer had begun', request_id: request.id, err: error });
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
    return new HttpProblem('internal-error', 'Something went wrong on our side. Nothing was changed.');
  }
  return new HttpProblem(problemForStatus(status), `${(error as Error).message}.`);
}

/** Express and its body parser say by a `status` what they make of a request. */
function statusGivenBy(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' ? status : undefined;
}

function noSuchRoute(request: ArrivedRequest): HttpProblem {
  const allowed = allowedMethods(request);
  if (allowed.length === 0) return new HttpProblem('not-found', `There is nothing at ${request.target!.path}.`);
  const detail = `${request.method} is not possible on ${request.target!.path}, but ${allowed.join(', ')}.`;
  return new HttpProblem('method-not-allowed', detail, undefined, { Allow: allowed.join(', ') });
}

function answerOptions(request: ArrivedRequest, response: Response): boolean {
  const allowed = request.method === 'OPTIONS' ? allowedMethods(request) : [];
  if (allowed.length === 0) return false;
  response.status(204).set('Allow', allowed.join(', ')).end();
  return true;
}
