import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the bare references answer to everything. */
export const hello = { message: 'hello' };

/** Serves at a port that is free, and prints where, as the service does. */
export function serve(listener: RequestListener): Server {
  const server = createServer(listener);
  return server.listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}
