import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';
import { entityTag } from './entity-tag.js';
import { taggedMetadata } from './operation.js';
import { Preconditions } from './preconditions.js';

/** Sends a document of the shop with the tag by which it can be asked for, or changed, on condition. */
@Injectable()
export class RepresentationInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!this.reflector.get<boolean>(taggedMetadata, context.getHandler())) return next.handle();
    const http = context.switchToHttp();
    return next
      .handle()
      .pipe(map((document: object) => represent(document, http.getRequest<Request>(), http.getResponse<Response>())));
  }
}

/** Express answers 304 by itself where If-None-Match has the tag. */
function represent(document: object, request: Request, response: Response): string {
  const text = JSON.stringify(document);
  const tag = entityTag(document, text);
  if (request.method === 'GET' || request.method === 'HEAD') new Preconditions(request).assertAnswerMatches(tag);
  response.type('application/json').set({ ETag: tag, 'Cache-Control': 'private, no-cache' });
  return text;
}
