import { createHash } from 'node:crypto';
import {
  type ArgumentsHost,
  Catch,
  createParamDecorator,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import type { Request } from 'express';
import { DoneBefore, type Once } from '../kernel/once.js';
import { invalidInput } from './http-problem.js';
import { represent, type RepresentingResponse } from './represent.js';

const header = 'Idempotency-Key';

/** Lets a request be sent again, by its Idempotency-Key, without being done again. */
export class Idempotency {
  constructor(private readonly request: Request) {}

  /** What a service hands to the unit of work that is to be done once; nothing where the request has no key. */
  once<Result>(represent: (result: Result) => object): Once<Result> | undefined {
    const key = this.request.get(header);
    if (key === undefined) return undefined;
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      const detail = `${header} must be 1 to 255 visible ASCII characters, without space, once.`;
      throw invalidInput([{ parameter: header, detail }]);
    }
    return { key, request: digest(this.request), answer: represent };
  }
}

function digest({ method, path, body }: Request): string {
  return createHash('sha256')
    .update(`${method} ${path} ${JSON.stringify(body)}`)
    .digest('base64url');
}

export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext) => new Idempotency(context.switchToHttp().getRequest<Request>()),
);

/** Answers what was done before as it was answered then. */
@Catch(DoneBefore)
export class ReplayFilter implements ExceptionFilter<DoneBefore> {
  catch({ answer }: DoneBefore, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<RepresentingResponse>();
    response.setHeader('Idempotency-Replayed', 'true');
    represent(response, answer, response.representation!);
  }
}
