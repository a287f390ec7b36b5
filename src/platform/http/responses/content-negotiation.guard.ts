import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { deprecationHeaders } from '../openapi/deprecation.js';
import { HttpProblem } from '../problems/http-problem.js';
import { type Representation, representationMetadata } from '../openapi/operation.decorator.js';
import { type NegotiatedResponse } from './send-representation.js';

/**
 * Content negotiation: attaches the operation's representation to the response for `HttpAdapter.reply()`, and rejects
 * with 406 if Accept excludes every media type that the operation can send, problems included.
 */
@Injectable()
export class ContentNegotiationGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const representation = this.reflector.get<Representation>(representationMetadata, context.getHandler());
    const response = http.getResponse<NegotiatedResponse>();
    response.representation = representation;
    if (representation.deprecated) response.set(deprecationHeaders);
    const { accept } = http.getRequest<Request>().headers;
    if (!accept || accept === '*/*') return true;
    const { types } = representation;
    if ([...types, 'application/problem+json'].some((type) => isAccepted(type, accept))) return true;
    throw new HttpProblem('not-acceptable', `This resource is available as ${types.join(' or ')} only.`);
  }
}

/**
 * Whether the most specific matching media range of Accept allows `type` (RFC 9110 §12.5.1). Parameters other than q
 * are ignored.
 */
function isAccepted(type: string, accept: string): boolean {
  const ranges = accept.split(',').map((range) => {
    const [name, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return { name, refused: parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) };
  });
  const names = [type, type.replace(/\/.*/, '/*'), '*/*'];
  const closest = names.map((name) => ranges.find((range) => range.name === name)).find(Boolean);
  return closest !== undefined && !closest.refused;
}
