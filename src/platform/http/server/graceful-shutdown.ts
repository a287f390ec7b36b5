import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';

/** Time for requests in flight after the listener has closed. */
const drainTimeoutMs = 7_000;

/**
 * Graceful shutdown: stops accepting, drains requests in flight, then closes idle keep-alive connections.
 *
 * Node's `close()` is not sufficient: it treats a connection as idle whose response is written but not sent completely,
 * and truncates it; and it does not close connections that become idle later.
 */
export class GracefulShutdown {
  private readonly logger = new Logger('GracefulShutdown');
  private readonly inFlight = new Set<ServerResponse>();
  private readonly unused = new Set<Socket>();
  private phase: 'open' | 'ending' | 'closed' = 'open';

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.unused.add(socket);
      socket.once('close', () => this.unused.delete(socket));
    });
    server.prependListener('request', ({ socket }, response) => {
      this.unused.delete(socket);
      this.inFlight.add(response);
      if (this.phase !== 'open') response.setHeader('Connection', 'close');
      response.once('close', () => {
        this.inFlight.delete(response);
        if (this.phase === 'closed') this.closeIdle();
      });
    });
  }

  /** Makes every further response the last on its connection. New connections are still accepted. */
  begin(): void {
    this.phase = 'ending';
    // Of pipelined requests only the last: no response can follow one that closes the connection.
    const last = new Map([...this.inFlight].map((response) => [response.req.socket, response]));
    for (const response of last.values()) if (!response.headersSent) response.setHeader('Connection', 'close');
  }

  /**
   * Stops listening, and waits for requests in flight.
   * @param timeoutMs after which the remaining connections are closed
   */
  async end(timeoutMs = drainTimeoutMs): Promise<void> {
    this.begin();
    this.phase = 'closed';
    const timeout = setTimeout(() => this.closeAll(timeoutMs), timeoutMs);
    // Not the close() of node:http, see above. It also resolves if the server never listened.
    const closed = new Promise((resolve) => NetServer.prototype.close.call(this.server, resolve));
    // Preconnected sockets that have sent no bytes; browsers open them speculatively.
    for (const socket of this.unused) if (socket.bytesRead === 0) socket.destroy();
    this.closeIdle();
    await closed;
    clearTimeout(timeout);
  }

  private closeIdle(): void {
    const isSending = [...this.inFlight].some(({ writableEnded }) => writableEnded);
    // Called again when the response that is being sent closes.
    if (!isSending) this.server.closeIdleConnections();
  }

  private closeAll(timeoutMs: number): void {
    this.logger.error(
      `Requests still in flight ${timeoutMs} ms after the shutdown began, ${this.inFlight.size} of them received completely. ` +
        `Closing their connections; uncommitted transactions are rolled back.`,
    );
    this.server.closeAllConnections();
  }
}
