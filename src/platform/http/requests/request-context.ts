import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Caller, Command, Principal, Scope } from '../../../kernel/command.js';
import { disconnectSignal } from './disconnect-signal.js';
import { idempotencyOf } from '../idempotency/idempotency-key.js';
import { Preconditions } from '../conditional/preconditions.js';
import { assertMayExpand, assertScopes } from './scopes.js';
import type { ArrivedRequest } from './request-target.js';
import { ReadOnlyMembers } from '../dto/read-only.js';

/** The parts of a request's headers and connection that services need. */
export class RequestContext implements Caller {
  constructor(private readonly request: ArrivedRequest) {}

  /** Prefix of links in responses. */
  get publicUrl(): string {
    return this.request.publicUrl;
  }

  get signal(): AbortSignal {
    return disconnectSignal(this.request.socket);
  }

  get principal(): Principal | undefined {
    return this.request.principal;
  }

  get customerId(): number | undefined {
    return this.request.customerId;
  }

  get requestId(): string {
    return this.request.id;
  }

  /** Checks a scope that a part of a request needs. @throws HttpProblem 403 */
  assertScope(scope: Scope): void {
    assertScopes(this.request, [scope]);
  }

  /**
   * Returns the command of a change: preconditions and idempotency key.
   * @param represent converts the entity to the document that is compared and returned
   */
  command<Thing>(represent: (thing: Thing) => object): Command<Thing> {
    const precondition = new Preconditions(this.request).on(represent);
    const { signal, principal, customerId, requestId } = this;
    const command = { signal, principal, customerId, requestId, idempotency: idempotencyOf(this.request, represent) };
    const readOnly = ReadOnlyMembers.of(this.request.body);
    if (!readOnly) return { ...command, precondition };
    const { expansions } = readOnly;
    for (const name of expansions) assertMayExpand(this.request, name);
    return {
      ...command,
      precondition: (thing) => {
        precondition?.(thing);
        readOnly.recordBefore(represent(thing));
      },
      postcondition: (thing) => readOnly.assertMatches(represent(thing)),
      isExpanded: expansions.length > 0,
    };
  }
}

/** The last parameter of every handler that calls a service. */
export const Context = createParamDecorator(
  (_: unknown, context: ExecutionContext) => new RequestContext(context.switchToHttp().getRequest<ArrivedRequest>()),
);
