import { Injectable } from '@nestjs/common';
import type { Principal } from '../../kernel/command.js';
import { DomainError } from '../../kernel/domain-error.js';
import { HttpProblem } from '../http/problems/http-problem.js';
import { type ArrivedRequest, isHealthPath } from '../http/requests/request-target.js';
import { ApiKeys } from './api-keys/api-keys.js';
import { JsonWebTokens } from './json-web-tokens/json-web-tokens.js';

/** Counts wrong credentials, and may answer with another refusal. */
interface FailureLimits {
  refuse(request: ArrivedRequest, refusal: HttpProblem): Promise<HttpProblem>;
}

/** Finds the caller of a request by its Authorization header (RFC 6750). */
@Injectable()
export class Authentication {
  constructor(
    private readonly keys: ApiKeys,
    private readonly tokens: JsonWebTokens,
  ) {}

  /**
   * Sets `request.principal`. A request without a credential is anonymous; authorization decides what it may do. If
   * the credential cannot be checked now, sets `request.authenticationError`: public operations are served
   * nevertheless.
   * @param limits counts requests whose credential is not valid
   * @returns why the request is refused, if its credential is not valid
   */
  authenticate(
    request: ArrivedRequest,
    limits?: FailureLimits,
  ): HttpProblem | undefined | Promise<HttpProblem | undefined> {
    const refusal = this.check(request);
    if (!limits || !refusal) return refusal;
    const count = (error: HttpProblem | undefined) => error && limits.refuse(request, error);
    return refusal instanceof Promise ? refusal.then(count) : limits.refuse(request, refusal);
  }

  private check(request: ArrivedRequest): HttpProblem | undefined | Promise<HttpProblem | undefined> {
    const { authorization } = request.headers;
    if (authorization === undefined || isHealthPath(request.target!.path)) return undefined;
    const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
    if (token === undefined) return invalidCredential();
    const isKey = token.startsWith('mr_');
    const principal = isKey ? this.keys.verify(token) : this.tokens.verify(token);
    if (!(principal instanceof Promise)) return admit(request, principal);
    return principal.then(
      (late) => admit(request, late),
      (error: unknown) => {
        if (!(error instanceof DomainError)) throw error;
        request.authenticationError = error;
        if (isKey) request.principal = this.keys.lastKnown(token);
        return undefined;
      },
    );
  }
}

function admit(request: ArrivedRequest, principal: Principal | undefined): HttpProblem | undefined {
  if (!principal) return invalidCredential();
  request.principal = principal;
  return undefined;
}

/** One problem for all wrong credentials: which keys exist is not disclosed. */
function invalidCredential(): HttpProblem {
  const detail = 'The credential is not valid: it is unknown, malformed, expired or revoked.';
  return new HttpProblem('unauthorized', detail, undefined, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
}
