import type { AddressInfo } from 'node:net';

/** Returns the address of a server as a URL: "http://0.0.0.0:3000/ (all interfaces)". */
export function describeBoundAddress({ address, port, family }: AddressInfo): string {
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
  return address === '0.0.0.0' || address === '::' ? `${url} (all interfaces)` : url;
}
