import { createHash } from 'node:crypto';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Request } from 'express';
import { IdempotentReplay, type IdempotentRequest } from '../../../kernel/idempotency.js';
import { invalidInput } from '../problems/http-problem.js';
import { ReadOnlyMembers } from '../dto/read-only.js';
import type { ArrivedRequest } from '../requests/request-target.js';
import { sendRepresentation, type NegotiatedResponse } from '../responses/send-representation.js';

const header = 'Idempotency-Key';

/**
 * Returns the idempotent request of a POST with an Idempotency-Key, for the unit of work; otherwise undefined. The
 * other methods are idempotent themselves and ignore the header.
 */
export function idempotencyOf<Result>(
  request: ArrivedRequest,
  represent: (result: Result) => object,
): IdempotentRequest<Result> | undefined {
  const key = idempotencyKeyOf(request);
  if (key === undefined) return undefined;
  return {
    key: keyOfCaller(request, key),
    request: digest(request),
    responseOf: represent,
    resourceOf: (answer) => resourceOf(request, answer),
  };
}

/**
 * Returns the key that identifies the request among those of all callers: another caller's same key is another key. A
 * key of a client contains no blanks, so no caller can send the key of another.
 */
function keyOfCaller({ principal }: ArrivedRequest, key: string): string {
  if (!principal) return key;
  const { name, clientId } = principal;
  // A key of a customer can have the name of a former key of another customer.
  const caller = clientId === undefined ? name : `${name} ${clientId}`;
  return ` ${createHash('sha256').update(`${caller} ${key}`).digest('base64url')}`;
}

/** @throws HttpProblem 422 if the key is malformed */
export function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.method === 'POST' ? request.get(header) : undefined;
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  const detail = `${header} must be 1 to 255 visible ASCII characters without spaces, and appear only once.`;
  throw invalidInput([{ parameter: header, code: 'format', detail }]);
}

/** Returns the path of the resource that a POST created or changed: for /movie_rents/5/returns, /movie_rents/5. */
function resourceOf({ path, res }: Request, answer: object): string {
  const { location, changes } = (res as NegotiatedResponse).representation ?? {};
  if (location !== undefined) return `${location}/${(answer as { id: number }).id}`;
  return changes ?? path.split('/').slice(0, 3).join('/');
}

/**
 * Returns equal digests for equivalent requests: the members of a DTO have a fixed order, and null and absence are one.
 */
function digest({ method, path, body }: Request): string {
  const readOnly = ReadOnlyMembers.valuesOf(body);
  return createHash('sha256')
    .update(`${method} ${path.replace(/\/$/, '')} ${JSON.stringify(body)}`)
    .update(readOnly.length > 0 ? JSON.stringify(readOnly) : '')
    .digest('base64url');
}

/** Replays the stored response of an earlier request with the same key. */
@Catch(IdempotentReplay)
export class ReplayFilter implements ExceptionFilter<IdempotentReplay> {
  catch({ storedResponse }: IdempotentReplay, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<NegotiatedResponse>();
    response.setHeader('Idempotency-Replayed', 'true');
    void sendRepresentation(response, storedResponse, response.representation!);
  }
}
