import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { Logger } from '@nestjs/common';
import type { Connections } from '../connections/connection.js';

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
  private phase: 'open' | 'ending' | 'closed' = 'open';

  constructor(
    private readonly server: Server,
    private readonly connections: Connections,
  ) {
    server.prependListener('request', (_request, response) => {
      if (this.hasBegun) response.setHeader('Connection', 'close');
      response.once('close', () => {
        if (this.phase === 'closed') this.closeIdle();
      });
    });
  }

  get hasBegun(): boolean {
    return this.phase !== 'open';
  }

  /** Makes every further response the last on its connection. New connections are still accepted. */
  begin(): void {
    this.phase = 'ending';
    // Of pipelined requests only the last: no response can follow one that closes the connection.
    for (const { latest } of this.connections.busy) if (!latest!.headersSent) latest!.setHeader('Connection', 'close');
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
    for (const { socket } of this.connections.unused) socket.destroy();
    this.closeIdle();
    await closed;
    clearTimeout(timeout);
  }

  private closeIdle(): void {
    const isSending = this.inFlight().some(({ writableEnded, closed }) => writableEnded && !closed);
    // Called again when the response that is being sent closes.
    if (!isSending) this.server.closeIdleConnections();
  }

  private inFlight(): ServerResponse[] {
    return this.connections.busy.flatMap(({ responses }) => responses);
  }

  private closeAll(timeoutMs: number): void {
    this.logger.error(
      `Requests still in flight ${timeoutMs} ms after the shutdown began, ${this.inFlight().length} of them received completely. ` +
        `Closing their connections; uncommitted transactions are rolled back.`,
    );
    this.server.closeAllConnections();
  }
}
