import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
/** @private-api of @nestjs/common: the metadata of the parameters of a handler */
import { ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';
import type { Request } from 'express';
import { HttpProblem, invalidInput } from '../problems/http-problem.js';
import { readQuery } from '../dto/dto-reader.js';
import { ignoresQueryMetadata } from '../openapi/operation.decorator.js';

/**
 * Rejects undecodable queries (400), and unknown parameters on operations without any (422), so that typing errors are
 * not ignored silently. Health checks ignore them, since monitors add parameters of their own.
 */
@Injectable()
export class StrictQueryGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const { originalUrl } = request;
    const at = originalUrl.indexOf('?');
    if (at === -1 || Reflect.getMetadata(ignoresQueryMetadata, context.getHandler())) return true;
    const query = originalUrl.slice(at + 1);
    refuseManyPairs(query);
    refuseBrokenEncoding(query);
    if (takesQuery(context)) return true;
    readQuery(NoParameters, request.query);
    return true;
  }
}

/** The query of an operation without parameters. */
class NoParameters {}

function takesQuery(context: ExecutionContext): boolean {
  const sources = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as object;
  return Object.keys(sources ?? {}).some((source) => source.startsWith(`${RouteParamtypes.QUERY}:`));
}

/** Far more than any operation has. Node's parser silently drops parameters beyond the 1,000th. */
const maxQueryPairs = 100;

function refuseManyPairs(query: string): void {
  const pairs = query.split('&', maxQueryPairs + 1).length;
  if (pairs <= maxQueryPairs) return;
  const detail = `The query has more than ${maxQueryPairs} parameters.`;
  throw invalidInput([{ code: 'too_many_parameters', detail }]);
}

function refuseBrokenEncoding(query: string): void {
  try {
    decodeURIComponent(query);
  } catch {
    throw new HttpProblem('malformed-request', 'The query is not valid percent-encoded UTF-8.');
  }
}
