import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The response of the bare references to every request. */
export const hello = { message: 'hello' };

/** Serves on a free port, and prints its address, as the service does. */
export function serve(listener: RequestListener): Server {
  const server = createServer(listener);
  return server.listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}
