import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import type { Principal, Scope } from '../../kernel/command.js';
import { Environment, type Visibility } from '../config/environment.js';
import { type Authorization, authorizationMetadata } from '../http/openapi/operation.decorator.js';
import { HttpProblem } from '../http/problems/http-problem.js';
import { assertMayExpand, assertScopes } from '../http/requests/scopes.js';
import type { ArrivedRequest } from '../http/requests/request-target.js';
import { isForged } from '../http/server/cross-origin.js';
import { isLocal } from '../http/server/loopback.js';
import { AnonymousAccess } from './anonymous-access.js';

/**
 * Authorization: the first guard. It decides by the metadata of the handler, never by the path, and refuses a handler
 * without metadata.
 */
@Injectable()
export class AuthorizationGuard implements CanActivate {
  constructor(
    private readonly environment: Environment,
    private readonly anonymous: AnonymousAccess,
  ) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const request = context.switchToHttp().getRequest<ArrivedRequest>();
    const authorization = Reflect.getMetadata(authorizationMetadata, context.getHandler()) as Authorization | undefined;
    if (!authorization) throw new HttpProblem('forbidden', 'This operation declares no access.');
    const { access } = authorization;
    if (access === 'public') return true;
    context.switchToHttp().getResponse<Response>().vary('Authorization');
    if (access === 'documentation') return assertVisible(request, this.environment.DOCS_ACCESS);
    if (access === 'metrics') return assertVisible(request, this.environment.METRICS_ACCESS);
    if (request.authenticationError) throw request.authenticationError;
    if (request.principal) return authorize(request, request.principal, authorization);
    const isAllowed = this.anonymous.allows(request);
    if (isAllowed instanceof Promise) return isAllowed.then((isTrue) => this.admitAnonymous(request, isTrue));
    return this.admitAnonymous(request, isAllowed);
  }

  /** @throws HttpProblem 401, 403 */
  private admitAnonymous(request: ArrivedRequest, isAllowed: boolean): true {
    assertAllowed(isAllowed);
    if (!isForged(request, this.environment.CORS_ORIGINS)) return true;
    const detail =
      'A page of another origin may not change anything without a credential. Send an API key or a token, or add the ' +
      'origin to CORS_ORIGINS.';
    throw new HttpProblem('forbidden', detail, undefined, { 'WWW-Authenticate': 'Bearer' });
  }
}

/** @throws HttpProblem 403 */
function authorize(request: ArrivedRequest, principal: Principal, { access, allowsCustomers }: Authorization): true {
  const required = [access].flat() as Scope[];
  const { scopes, clientId } = principal;
  const isCustomer = allowsCustomers && scopes.has('self') && clientId !== undefined;
  if (isCustomer && !required.every((scope) => scopes.has(scope))) request.customerId = clientId;
  else assertScopes(request, required);
  for (const name of expansionsOf(request)) assertMayExpand(request, name);
  return true;
}

function expansionsOf({ url, query }: ArrivedRequest): string[] {
  return url.includes('?') ? [query['expand']].flat().filter((name) => typeof name === 'string') : [];
}

/** @throws HttpProblem 401, 403 */
function assertVisible(request: ArrivedRequest, visibility: Visibility): true {
  const { principal } = request;
  if (visibility === 'public' || (visibility === 'loopback' && isLocal(request))) return true;
  if (!principal) return assertAllowed(false);
  if (!principal.scopes.has('self')) return true;
  throw new HttpProblem('forbidden', 'Customers have no access: the credential has the scope self.', undefined, {
    'WWW-Authenticate': 'Bearer error="insufficient_scope"',
  });
}

/** @throws HttpProblem 401 */
function assertAllowed(isAllowed: boolean): true {
  if (isAllowed) return true;
  const detail = 'A credential is required: send an API key or a token as Authorization: Bearer <credential>.';
  throw new HttpProblem('unauthorized', detail, undefined, { 'WWW-Authenticate': 'Bearer' });
}
