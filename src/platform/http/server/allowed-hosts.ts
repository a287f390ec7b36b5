import { type AddressInfo, isIP } from 'node:net';
import { isHealthPath } from '../requests/request-target.js';
import { isLoopbackAddress, isLoopbackHost } from './loopback.js';

/** An authority or Host header field: a name, an IPv4 address, or an IPv6 address in brackets. */
const hostAndPort = /^(?:([\w.~!$&'()*+;=-]+)|\[([0-9a-f:.]+)\])(?::\d{0,5})?$/i;

/**
 * Host allowlist against DNS rebinding: a web page can make its own name resolve to a loopback address and then read
 * all responses of a local service, but its requests have that name in the Host header field.
 */
export class AllowedHosts {
  private readonly names: ReadonlySet<string>;
  private readonly allowsAny: boolean;
  private readonly publicHost?: string;
  private isOnLoopback = false;
  /** Cache of the last allowed value: nearly all requests have the same. */
  private lastAllowed = '';

  /**
   * @param hosts names and IP addresses without ports, separated by commas; `*` for any
   * @param publicUrl its host, if any, is allowed as well
   */
  constructor(hosts: string, publicUrl = '') {
    this.names = new Set(hosts.toLowerCase().split(',').filter(Boolean));
    if (URL.canParse(publicUrl)) this.publicHost = hostOf(new URL(publicUrl).host);
    this.allowsAny = this.names.has('*');
  }

  /** @param address the address of the server */
  bind({ address }: AddressInfo): void {
    this.isOnLoopback = isLoopbackAddress(address);
    this.lastAllowed = '';
  }

  /** Whether `authority` is well-formed: also by the rules of URLs for ports, IPv4 addresses and Punycode. */
  static isWellFormed(authority: string): boolean {
    return hostAndPort.test(authority) && URL.canParse(`http://${authority}`);
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

  /**
   * Whether this is a health check of a load balancer, the kubelet or a container, by IP address: web pages cannot send
   * one.
   */
  private isProbe(host: string, path: string): boolean {
    const byAddress = isIP(host) > 0 || isLoopbackHost(host);
    return !this.isOnLoopback && byAddress && isHealthPath(path);
  }
}

/** Returns the host in lower case, without port, brackets and trailing dot. */
function hostOf(authority: string): string {
  const [, name, address] = hostAndPort.exec(authority)!;
  return (name?.replace(/\.$/, '') ?? address!).toLowerCase();
}
