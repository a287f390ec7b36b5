import { type AddressInfo, BlockList, isIP } from 'node:net';
import { isHealthPath } from '../requests/request-target.js';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** The host of an authority or of a Host header field: a name or IPv4 address, or an IPv6 address in brackets. */
const hostAndPort = /^(?:([\w.~!$&'()*+;=-]+)|\[([0-9a-f:.]+)\])(?::\d{0,5})?$/i;

/**
 * The hosts that requests may be for. A server on a loopback address is for this machine only, but a page of any site
 * can have its own name resolve to that address (DNS rebinding), and then read all answers: such a request still has
 * that site's name in its Host header field.
 */
export class AllowedHosts {
  private readonly names: ReadonlySet<string>;
  private readonly allowsAny: boolean;
  private readonly publicHost?: string;
  private isOnLoopback = false;
  /** The last value that was allowed for every path: nearly all requests have the same. */
  private lastAllowed = '';

  /**
   * @param hosts names and IP addresses without ports, separated by commas; `*` for any
   * @param publicUrl where clients reach the service: its host, if it has one, is allowed as well
   */
  constructor(hosts: string, publicUrl = '') {
    this.names = new Set(hosts.toLowerCase().split(',').filter(Boolean));
    if (URL.canParse(publicUrl)) this.publicHost = hostOf(new URL(publicUrl).host);
    this.allowsAny = this.names.has('*');
  }

  /** @param address what the server is bound to */
  bind({ address }: AddressInfo): void {
    this.isOnLoopback = isLoopbackAddress(address);
    this.lastAllowed = '';
  }

  /** Returns whether `authority` is well-formed. */
  static isWellFormed(authority: string): boolean {
    return hostAndPort.test(authority);
  }

  /** @param authority a well-formed one */
  allows(authority: string, path: string): boolean {
    if (authority === this.lastAllowed) return true;
    const host = hostOf(authority);
    if (!this.allowsForAllPaths(host)) return this.isProbe(host, path);
    this.lastAllowed = authority;
    return true;
  }

  private allowsForAllPaths(host: string): boolean {
    if (this.allowsAny || this.names.has(host) || host === this.publicHost) return true;
    return this.isOnLoopback ? isLoopbackHost(host) : this.names.size === 0;
  }

  /** Load balancers, the kubelet and container health checks call an instance by its address. No page can do that. */
  private isProbe(host: string, path: string): boolean {
    const byAddress = isIP(host) > 0 || isLoopbackHost(host);
    return !this.isOnLoopback && byAddress && isHealthPath(path);
  }
}

/** Without port, brackets and the dot that ends a fully qualified name, in lower case. */
function hostOf(authority: string): string {
  const [, name, address] = hostAndPort.exec(authority)!;
  return (name?.replace(/\.$/, '') ?? address!).toLowerCase();
}

const isLoopbackHost = (host: string): boolean => /^(.+\.)?localhost$/.test(host) || isLoopbackAddress(host);

function isLoopbackAddress(address: string): boolean {
  const version = isIP(address);
  return version > 0 && loopback.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
