import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';

/** Milliseconds from the end of listening on in which requests may still be answered. */
const drainTimeoutMs = 7_000;

/**
 * Ends a server so that everybody who has asked is answered, whole.
 *
 * Node's own `close()` won't do: it takes a connection for idle whose answer is written but not yet sent, and cuts it
 * in the middle; and it leaves those alone that are busy now and idle later.
 */
export class GracefulShutdown {
  private readonly logger = new Logger('Drain');
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

  /** From now on every answer is the last on its connection. New connections are still welcome. */
  begin(): void {
    this.phase = 'ending';
    // Of pipelined requests the last one: behind an answer that closes the connection, no other can be sent.
    const last = new Map([...this.inFlight].map((response) => [response.req.socket, response]));
    for (const response of last.values()) if (!response.headersSent) response.setHeader('Connection', 'close');
  }

  /**
   * Stops listening, and waits until all that is in flight was answered.
   * @param timeoutMs milliseconds after which what is left is cut off
   */
  async end(timeoutMs = drainTimeoutMs): Promise<void> {
    this.begin();
    this.phase = 'closed';
    const timeout = setTimeout(() => this.closeAll(timeoutMs), timeoutMs);
    // Not the close() of node:http; see above. Where nobody listened, there is nothing to wait for.
    const closed = new Promise((resolve) => NetServer.prototype.close.call(this.server, resolve));
    // Of these nothing was heard yet: browsers keep such connections in store.
    for (const socket of this.unused) if (socket.bytesRead === 0) socket.destroy();
    this.closeIdle();
    await closed;
    clearTimeout(timeout);
  }

  private closeIdle(): void {
    const isSending = [...this.inFlight].some(({ writableEnded }) => writableEnded);
    // Whoever is being sent to comes by here again when that is done.
    if (!isSending) this.server.closeIdleConnections();
  }

  private closeAll(timeoutMs: number): void {
    this.logger.error(
      `Requests were still under way ${timeoutMs} ms after the service was told to end, ${this.inFlight.size} of them ` +
        `complete. Their connections are cut; what was not committed is rolled back.`,
    );
    this.server.closeAllConnections();
  }
}
