import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { DomainError, type ErrorKind } from '../kernel/domain-error.js';
import { allowedMethods } from './allowed-methods.js';
import { HttpProblem, problemForStatus, type RequestFault } from './http-problem.js';
import type { IdentifiedRequest } from './request-id.js';
import { jsonPointer, kebabCase, snakeCase } from './wire-names.js';

export const statusOf: Readonly<Record<ErrorKind, number>> = {
  'not-found': 404,
  conflict: 409,
  invalid: 422,
  unavailable: 503,
};

/** Seconds after which an unavailable service is worth another try. */
const retryAfter = '1';

/** An RFC 9457 problem, but for what the request adds: instance and request_id. */
interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly RequestFault[];
  readonly [fact: string]: unknown;
}

/** Every error leaves through here, as a problem document that tells the client what it may know and nothing else. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<IdentifiedRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    if (error instanceof NotFoundException && answerOptions(request, response)) return;
    if (response.headersSent) {
      this.logger.error(`[${request.id}] failed after its answer had begun`, stackOf(error));
      response.destroy();
      return;
    }
    const { problem, headers } = this.describe(error, request);
    if (problem.status >= 500) this.logger.error(`[${request.id}] ${request.method} ${request.path}`, stackOf(error));
    response
      .status(problem.status)
      .set(headers)
      .type('application/problem+json')
      .send(JSON.stringify({ ...problem, instance: request.path, request_id: request.id }));
  }

  private describe(error: unknown, request: Request): { problem: Problem; headers: Readonly<Record<string, string>> } {
    if (error instanceof DomainError) {
      const headers = error.description.kind === 'unavailable' ? { 'Retry-After': retryAfter } : undefined;
      return { problem: fromDomain(error), headers: headers ?? {} };
    }
    const { type, title, status, detail, errors, headers } = asHttpProblem(error, request);
    return { problem: { type: `/problems/${type}`, title, status, detail, errors }, headers };
  }
}

function fromDomain(error: DomainError): Problem {
  const { kind, title, facts = {} } = error.description;
  const members = error as unknown as Record<string, unknown>;
  return {
    type: `/problems/${kind === 'invalid' ? 'invalid-input' : kebabCase(error.name)}`,
    title,
    status: statusOf[kind],
    detail: error.message,
    errors: error.faults.length === 0 ? undefined : error.faults.map(requestFault),
    ...Object.fromEntries(Object.keys(facts).map((fact) => [snakeCase(fact), members[fact]])),
  };
}

function requestFault({ path, code, detail }: DomainError['faults'][number]): RequestFault {
  return {
    pointer: jsonPointer(path.map((step) => (typeof step === 'string' ? snakeCase(step) : step))),
    code,
    detail,
  };
}

function asHttpProblem(error: unknown, request: Request): HttpProblem {
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

function noSuchRoute(request: Request): HttpProblem {
  const allowed = allowedMethods(request);
  if (allowed.length === 0) return new HttpProblem('not-found', `There is nothing at ${request.path}.`);
  const detail = `${request.method} is not possible on ${request.path}, but ${allowed.join(', ')}.`;
  return new HttpProblem('method-not-allowed', detail, undefined, { Allow: allowed.join(', ') });
}

function answerOptions(request: Request, response: Response): boolean {
  const allowed = request.method === 'OPTIONS' ? allowedMethods(request) : [];
  if (allowed.length === 0) return false;
  response.status(204).set('Allow', allowed.join(', ')).end();
  return true;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
