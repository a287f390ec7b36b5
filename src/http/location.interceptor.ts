import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { type Observable, tap } from 'rxjs';
import { locationMetadata } from './operation.js';

/** Sends with what was created where it is found from now on. */
@Injectable()
export class LocationInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const path = this.reflector.get<string | undefined>(locationMetadata, context.getHandler());
    if (path === undefined) return next.handle();
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(tap(({ id }: { id: number }) => response.set('Location', `${path}/${id}`)));
  }
}
