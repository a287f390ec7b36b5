import { isIP, SocketAddress } from 'node:net';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Response } from 'express';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { HttpProblem } from '../http/problems/http-problem.js';
import { type ArrivedRequest, isHealthPath } from '../http/requests/request-target.js';
import { type RateCounters, windowSeconds } from './rate-counter.js';

interface Counted {
  /** Until the window ends. */
  readonly msBeforeNext: number;
  readonly remainingPoints: number;
  readonly isExceeded: boolean;
}

/** Limits the requests of each caller, and of each address without a credential, in a window of one minute. */
@Injectable()
export class RateLimits implements OnApplicationShutdown {
  constructor(private readonly counters: RateCounters) {}

  /**
   * Counts a request, and sets the remaining number in `RateLimit` (draft-ietf-httpapi-ratelimit-headers).
   * @returns 429 with Retry-After if the caller has sent too many requests
   */
  async admit(request: ArrivedRequest, response: Response): Promise<HttpProblem | undefined> {
    if (isHealthPath(request.target!.path)) return undefined;
    const { points } = this.counters.requests;
    const counted = await consume(this.counters.requests, callerOf(request));
    response.setHeader('RateLimit-Policy', `"default";q=${points};w=${windowSeconds}`);
    response.setHeader('RateLimit', `"default";r=${counted.remainingPoints};t=${secondsOf(counted)}`);
    return counted.isExceeded ? tooMany(`More than ${points} requests in a minute.`, counted) : undefined;
  }

  /**
   * Counts a wrong credential by the address that it came from.
   * @returns 429 with Retry-After if the address has sent too many, otherwise the refusal of this one
   */
  async refuse(request: ArrivedRequest, refusal: HttpProblem): Promise<HttpProblem> {
    const { failures } = this.counters;
    const counted = await consume(failures, addressOf(request));
    return counted.isExceeded
      ? tooMany(`More than ${failures.points} wrong credentials in a minute.`, counted)
      : refusal;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.counters.close();
  }
}

async function consume(limiter: RateLimiterAbstract, caller: string): Promise<Counted> {
  try {
    const { msBeforeNext, remainingPoints } = await limiter.consume(caller);
    return { msBeforeNext, remainingPoints, isExceeded: false };
  } catch (exceeded) {
    if (!(exceeded instanceof RateLimiterRes)) throw exceeded;
    return { msBeforeNext: exceeded.msBeforeNext, remainingPoints: 0, isExceeded: true };
  }
}

const secondsOf = ({ msBeforeNext }: Counted): number => Math.max(1, Math.ceil(msBeforeNext / 1000));

function tooMany(what: string, counted: Counted): HttpProblem {
  const seconds = secondsOf(counted);
  const headers = { 'Retry-After': String(seconds) };
  return new HttpProblem('too-many-requests', `${what} Try again in ${seconds} s.`, undefined, headers);
}

const callerOf = (request: ArrivedRequest): string =>
  request.principal ? `caller ${request.principal.name}` : addressOf(request);

/** An IPv6 client has at least the 2^64 addresses of its subnet. */
function addressOf({ ip, socket }: ArrivedRequest): string {
  const address = plainAddress(ip) ?? plainAddress(socket.remoteAddress) ?? '';
  return `address ${isIP(address) === 6 ? subnetOf(address) : address}`;
}

/**
 * Returns an address in its only form: proxies add ports and brackets, and write IPv6 addresses in many forms.
 * @returns undefined if the text is not an address
 */
function plainAddress(text = ''): string | undefined {
  const [, bracketed, withPort] = /^(?:\[(.*)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  const address = bracketed ?? withPort ?? text;
  const version = isIP(address);
  if (version !== 6) return version === 4 ? address : undefined;
  return new SocketAddress({ address, family: 'ipv6' }).address.replace(/^::ffff:(?=[\d.]+$)/, '');
}

/** Returns the first 64 bits of an IPv6 address. */
function subnetOf(address: string): string {
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = tail.split(':').filter(Boolean);
  const zeros = address.includes('::') ? Array.from({ length: 8 - groups.length - rest.length }, () => '0') : [];
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':');
}
