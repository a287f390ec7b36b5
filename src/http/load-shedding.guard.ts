import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { ServiceUnavailable } from '../kernel/domain-error.js';

/** The queue of units of work that write. */
interface WriteQueue {
  readonly isFull: boolean;
  readonly refuse: () => ServiceUnavailable;
}

/**
 * Refuses writes while their queue is full (load shedding): before their body is read, since refusing has to cost a
 * fraction of serving. Reads have no body; they are refused where they would have to wait.
 */
@Injectable()
export class LoadSheddingGuard implements CanActivate {
  constructor(private readonly writes: WriteQueue) {}

  canActivate(context: ExecutionContext): boolean {
    const { method } = context.switchToHttp().getRequest<Request>();
    if (method === 'GET' || method === 'HEAD' || !this.writes.isFull) return true;
    throw this.writes.refuse();
  }
}
