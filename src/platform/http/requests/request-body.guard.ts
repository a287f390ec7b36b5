import { type CanActivate, type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import type { Request } from 'express';
import { bodyTypeOf } from './body-type.js';
import { readDto } from '../dto/dto-reader.js';
import { idempotencyKeyOf } from '../idempotency/idempotency-key.js';
import { InputErrors } from '../problems/input-errors.js';
import { parseJson, refuseUnstorable } from '../responses/json.js';
import { parsePathId } from '../dto/path-id.js';
import { hasBody, readBody, readShortBody } from './body-parser.js';

/**
 * Reads and validates the request body, and replaces it by its DTO. The last guard: a request that another guard
 * rejects is rejected before its body is read, decompressed or parsed.
 */
@Injectable()
export class RequestBodyGuard implements CanActivate {
  private readonly types = new WeakMap<object, Type<object> | 'none'>();

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const type = this.typeFor(context);
    const request = context.switchToHttp().getRequest<Request>();
    return type === 'none' ? refuseBody(request) : read(request, type);
  }

  /** Returns the type of the @Body parameter. */
  private typeFor(context: ExecutionContext): Type<object> | 'none' {
    const handler = context.getHandler();
    let type = this.types.get(handler);
    if (!type) this.types.set(handler, (type = bodyTypeOf(context.getClass(), handler.name) ?? 'none'));
    return type;
  }
}

/** The body of an operation without one. */
class NoMembers {}

/**
 * Accepts an empty body, and an empty JSON document, which some clients always send. Rejects any other body, which
 * would be ignored silently, except in GET and HEAD, where a body has no meaning (RFC 9110 §9.3.1).
 * @throws HttpProblem 422
 */
function refuseBody(request: Request): true | Promise<true> {
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  return isReading || !hasBody(request) ? true : refuseMembers(request);
}

async function refuseMembers(request: Request): Promise<true> {
  const text = await readShortBody(request);
  if (text !== undefined && /^\s*(null|\{\s*\})?\s*$/.test(text)) return true;
  const value = text === undefined ? {} : parsed(text);
  InputErrors.collect('body', (errors) => {
    readDto(NoMembers, value, errors);
    // Also for a body that is not JSON.
    if (errors.isEmpty) errors.add('unknown_member', 'must be empty: this operation has no request body');
  });
  return true;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return {};
  }
}

async function read(request: Request, type: Type<object>): Promise<boolean> {
  if (request.params['id'] !== undefined) parsePathId(request.params['id'] as string);
  idempotencyKeyOf(request);
  request.body = readDocument(type, await readBody(request));
  return true;
}

/**
 * Reads a DTO from the text of a body.
 * @throws HttpProblem 400, 422
 */
function readDocument<Dto extends object>(type: Type<Dto>, text: string | undefined): Dto {
  const value = text === undefined ? undefined : parseJson(text);
  if (text !== undefined) InputErrors.collect('body', (errors) => refuseUnstorable(text, value, errors));
  return InputErrors.collect('body', (errors) => readDto(type, value, errors)!);
}
