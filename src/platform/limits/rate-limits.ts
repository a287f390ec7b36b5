import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Response } from 'express';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { HttpProblem } from '../http/problems/http-problem.js';
import { type ArrivedRequest, isHealthPath } from '../http/requests/request-target.js';
import { type RateCounter, windowSeconds } from './rate-counter.js';

interface Counted {
  /** Until the window ends. */
  readonly msBeforeNext: number;
  readonly remainingPoints: number;
  readonly isExceeded: boolean;
}

/** Limits the requests of each caller, and of each address without a credential, in a window of one minute. */
@Injectable()
export class RateLimits implements OnApplicationShutdown {
  constructor(private readonly counter: RateCounter) {}

  /**
   * Counts a request, and tells the caller in `RateLimit` what is left (draft-ietf-httpapi-ratelimit-headers).
   * @returns 429 with Retry-After if the caller has made too many
   */
  async admit(request: ArrivedRequest, response: Response): Promise<HttpProblem | undefined> {
    if (isHealthPath(request.target!.path)) return undefined;
    const { msBeforeNext, remainingPoints, isExceeded } = await this.count(callerOf(request));
    const { points } = this.counter.limiter;
    const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
    response.setHeader('RateLimit-Policy', `"default";q=${points};w=${windowSeconds}`);
    response.setHeader('RateLimit', `"default";r=${remainingPoints};t=${seconds}`);
    if (!isExceeded) return undefined;
    const detail = `More than ${points} requests in a minute. Try again in ${seconds} s.`;
    return new HttpProblem('too-many-requests', detail, undefined, { 'Retry-After': String(seconds) });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.counter.close();
  }

  private async count(caller: string): Promise<Counted> {
    try {
      const { msBeforeNext, remainingPoints } = await this.counter.limiter.consume(caller);
      return { msBeforeNext, remainingPoints, isExceeded: false };
    } catch (exceeded) {
      if (!(exceeded instanceof RateLimiterRes)) throw exceeded;
      return { msBeforeNext: exceeded.msBeforeNext, remainingPoints: 0, isExceeded: true };
    }
  }
}

/** An IPv6 client has at least the 2^64 addresses of its subnet. */
function callerOf({ principal, ip = '' }: ArrivedRequest): string {
  if (principal) return `caller ${principal.name}`;
  return `address ${ip.includes('.') ? ip.replace(/^::ffff:/, '') : subnetOf(ip)}`;
}

/** Returns the first 64 bits of an IPv6 address. */
function subnetOf(address: string): string {
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = tail.split(':').filter(Boolean);
  const zeros = address.includes('::') ? Array.from({ length: 8 - groups.length - rest.length }, () => '0') : [];
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':');
}
