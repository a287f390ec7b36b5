import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { ServiceUnavailable } from '../../../kernel/domain-error.js';

/**
 * Bounds the connections of a server. Requests on one that is too many are refused by 503, so that the client learns
 * why, and twice as many connections are closed unheard.
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
  new ServiceUnavailable(undefined, 'The service has as many connections as it may have. Try again in a moment.');
