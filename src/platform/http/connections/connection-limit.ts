import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';

/**
 * Limits the connections of a server. Requests on excess connections are rejected with 503, which tells the client why;
 * beyond twice the limit, connections are closed immediately.
 */
export class ConnectionLimit {
  private open = 0;
  private readonly excess = new WeakSet<Socket>();

  constructor(server: Server, maxConnections: number) {
    server.maxConnections = 2 * maxConnections;
    server.on('connection', (socket: Socket) => {
      this.open++;
      if (this.open > maxConnections) this.excess.add(socket);
      socket.once('close', () => this.open--);
    });
  }

  isExceededBy(socket: Socket): boolean {
    return this.excess.has(socket);
  }
}

export const tooManyConnections = (): ServiceUnavailable =>
  new ServiceUnavailable(undefined, 'The service has reached its connection limit. Try again in a moment.');
