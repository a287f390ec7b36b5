import { BlockList, isIP } from 'node:net';
import type { ArrivedRequest } from '../requests/request-target.js';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** @param address an IP address; IPv4 may be mapped to IPv6 */
export function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=[\d.]+$)/i, '');
  const version = isIP(plain);
  return version > 0 && loopback.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}

/** @param host a name or an address in lower case, without port and brackets */
export const isLoopbackHost = (host: string): boolean => /^(.+\.)?localhost$/.test(host) || isLoopbackAddress(host);

/** Header fields by which proxies on this machine pass on requests of other machines. */
const ofProxies = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** Whether a request was made on this machine, and not passed on by a proxy. */
export function isLocal({ socket, headers }: ArrivedRequest): boolean {
  return isLoopbackAddress(socket.remoteAddress ?? '') && !ofProxies.some((name) => name in headers);
}
