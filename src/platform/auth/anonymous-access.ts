import { Injectable, Logger } from '@nestjs/common';
import { Environment, InvalidEnvironment } from '../config/environment.js';
import type { ArrivedRequest } from '../http/requests/request-target.js';
import { isLocal, isLoopbackHost } from '../http/server/loopback.js';
import { ApiKeys } from './api-keys/api-keys.js';
import { JsonWebTokens } from './json-web-tokens/json-web-tokens.js';

/** Decides whether requests without a credential may do everything. */
@Injectable()
export class AnonymousAccess {
  /** Whether the service can be reached from this machine only, and is not in production. */
  private readonly isForDevelopment: boolean;

  constructor(
    private readonly environment: Environment,
    private readonly keys: ApiKeys,
    private readonly tokens: JsonWebTokens,
  ) {
    const { HOST, NODE_ENV } = environment;
    this.isForDevelopment = NODE_ENV !== 'production' && isLoopbackHost(HOST.toLowerCase().replace(/^\[|\]$/g, ''));
  }

  /**
   * Whether an anonymous request is allowed now. Without ALLOW_ANONYMOUS it must come from this machine, and not through
   * a proxy on it; creating the first API key ends anonymous access.
   */
  allows(request: ArrivedRequest): boolean | Promise<boolean> {
    if (this.environment.ALLOW_ANONYMOUS === 'true') return true;
    if (!this.isForDevelopment || this.tokens.isConfigured || !isLocal(request)) return false;
    const { exist } = this.keys;
    return exist instanceof Promise ? exist.then((some) => !some) : !exist;
  }

  /**
   * Refuses to start a service that has no callers, or would be open to a network.
   * @throws InvalidEnvironment
   */
  async assertSafe(logger: Logger): Promise<void> {
    await this.keys.readIfOlderThan(0);
    const hasCallers = this.tokens.isConfigured || (await this.keys.exist);
    if (this.environment.ALLOW_ANONYMOUS === 'true') {
      logger.log('ALLOW_ANONYMOUS is true: every request without a credential may do everything.');
    } else if (!hasCallers && this.isForDevelopment) {
      logger.log('No API key exists: every request from this machine may do everything. See npm run keys.');
    } else if (!hasCallers) {
      throw new InvalidEnvironment(this.describeRemedy());
    }
  }

  private describeRemedy(): string {
    const { HOST, NODE_ENV } = this.environment;
    const cause = NODE_ENV === 'production' ? 'NODE_ENV is production' : `HOST is ${HOST}, not a loopback address`;
    return (
      `${cause}, and there is no API key, without which all requests would be refused.\n` +
      'Create one, which also works while the service is stopped:\n' +
      '  npm run keys -- create --name desk-1 --scopes catalog:read,clients:read,rentals:read,rentals:write\n' +
      'or name an issuer of tokens in JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL,\n' +
      'or set ALLOW_ANONYMOUS=true if a gateway in front of the service authenticates all requests.'
    );
  }
}
