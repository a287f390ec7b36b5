import type { Scope } from '../../../kernel/command.js';
import { HttpProblem } from '../problems/http-problem.js';
import type { ArrivedRequest } from './request-target.js';

/** The scopes of personal data that responses contain on request, by the name of the expansion. */
const scopesOfExpansions: Readonly<Record<string, Scope | undefined>> = { client: 'clients:read' };

/**
 * Checks that the caller may see an expansion; a customer sees no other client's. An anonymous caller was admitted
 * before. @throws HttpProblem 403
 */
export function assertMayExpand(request: ArrivedRequest, name: string): void {
  const scope = Object.hasOwn(scopesOfExpansions, name) ? scopesOfExpansions[name] : undefined;
  if (scope !== undefined && request.customerId === undefined) assertScopes(request, [scope]);
}

/** @throws HttpProblem 403 that names the missing scopes (RFC 6750 §3.1) */
export function assertScopes({ principal }: ArrivedRequest, scopes: readonly Scope[]): void {
  const missing = principal ? scopes.filter((scope) => !principal.scopes.has(scope)) : [];
  if (missing.length === 0) return;
  const detail = `The credential lacks the scope${missing.length > 1 ? 's' : ''} ${missing.join(' and ')}.`;
  const challenge = `Bearer error="insufficient_scope", scope="${missing.join(' ')}"`;
  throw new HttpProblem('forbidden', detail, undefined, { 'WWW-Authenticate': challenge });
}
