import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { Connection, Connections } from './connection.js';

export interface BackpressureLimits {
  /** Milliseconds in which a client has to read its buffered bytes, or at least what the minimum rate requires. */
  readonly sendTimeoutMs: number;
  /** Bytes per second. */
  readonly minSendRate: number;
  /** Maximum buffered bytes in this process on all connections together. */
  readonly maxBufferedBytes: number;
}

const maxCheckIntervalMs = 1_000;

/** How fast a client reads its buffered bytes. */
interface Progress {
  /** Bytes read by the client at the last check. */
  taken: number;
  changedAt: number;
  /** Start of the period over which the rate is measured. */
  since: number;
  takenBefore: number;
}

/** Closes connections whose clients do not read their responses, which are buffered in memory until then. */
export class Backpressure {
  private readonly logger = new Logger('Backpressure');
  private readonly progress = new WeakMap<Connection, Progress>();
  /** Upper bound of the buffered bytes: what clients have read is subtracted by `measure()`. */
  private bufferedBytes = 0;
  /** Stops while the event loop is blocked: clients cannot read what is not sent. */
  private clockMs = 0;
  /** Closed connections by reason, for metrics. */
  readonly closed = { 'send-timeout': 0, 'buffer-limit': 0 };

  constructor(
    server: Server,
    private readonly connections: Connections,
    private readonly limits: BackpressureLimits,
  ) {
    const intervalMs = Math.min(maxCheckIntervalMs, Math.ceil(limits.sendTimeoutMs / 4));
    let interval: NodeJS.Timeout | undefined;
    server.on('listening', () => {
      let checkedAt = performance.now();
      interval = setInterval(() => {
        const passedMs = performance.now() - checkedAt;
        checkedAt += passedMs;
        this.check(Math.min(passedMs, 2 * intervalMs));
      }, intervalMs).unref();
    });
    server.on('close', () => clearInterval(interval));
  }

  /** Returns the buffered bytes of all connections. */
  measure(): number {
    this.bufferedBytes = 0;
    for (const connection of this.connections.busy) this.bufferedBytes += connection.bufferedBytes;
    return this.bufferedBytes;
  }

  /** Accounts for a complete response that its client may not have read. */
  afterEnd(response: ServerResponse): void {
    const { writableLength } = response;
    if (writableLength === 0) return;
    this.bufferedBytes += writableLength;
    if (this.bufferedBytes > this.limits.maxBufferedBytes) this.makeRoom();
  }

  private check(passedMs: number): void {
    this.clockMs += passedMs;
    for (const connection of this.connections.busy) {
      if (this.isTooSlow(connection)) this.close(connection, 'send-timeout');
    }
    if (this.measure() > this.limits.maxBufferedBytes) this.makeRoom();
  }

  private isTooSlow(connection: Connection): boolean {
    const progress = this.follow(connection);
    if (!progress) return false;
    const passedMs = this.clockMs - progress.since;
    if (passedMs < this.limits.sendTimeoutMs) return false;
    if (progress.taken - progress.takenBefore < (this.limits.minSendRate * passedMs) / 1000) return true;
    Object.assign(progress, { since: this.clockMs, takenBefore: progress.taken });
    return false;
  }

  /** Updates and returns the progress of a client, or undefined if it has read everything. */
  private follow(connection: Connection): Progress | undefined {
    const { socket } = connection;
    if (socket.writableLength === 0) {
      this.progress.delete(connection);
      return undefined;
    }
    const taken = bytesTaken(socket);
    const now = this.clockMs;
    const progress = this.progress.get(connection) ?? { taken, changedAt: now, since: now, takenBefore: taken };
    if (taken !== progress.taken) Object.assign(progress, { taken, changedAt: now });
    this.progress.set(connection, progress);
    return progress;
  }

  /** Closes the connections that have made no progress for the longest time, the largest of them first. */
  private makeRoom(): void {
    if (this.measure() <= this.limits.maxBufferedBytes) return;
    const candidates = this.connections.busy
      .map((connection) => ({ connection, changedAt: this.follow(connection)?.changedAt ?? this.clockMs }))
      .sort((a, b) => a.changedAt - b.changedAt || b.connection.bufferedBytes - a.connection.bufferedBytes);
    for (const { connection } of candidates) {
      if (this.bufferedBytes <= this.limits.maxBufferedBytes) return;
      this.bufferedBytes -= connection.bufferedBytes;
      this.close(connection, 'buffer-limit');
    }
  }

  private close(connection: Connection, reason: keyof Backpressure['closed']): void {
    this.closed[reason]++;
    this.logger.warn({
      msg: 'Closed a connection whose client does not read its responses',
      reason,
      buffered_bytes: connection.bufferedBytes,
    });
    const { socket } = connection;
    // A reset also frees the kernel's buffers. After end() it is not possible.
    if (socket.writableEnded) socket.destroy();
    else socket.resetAndDestroy();
  }
}

/**
 * Returns the bytes that the kernel has accepted from a socket, including those of an unfinished write, which
 * `socket.bytesWritten` does not distinguish.
 * @private-api of node:net: Socket._handle
 */
function bytesTaken(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { _handle?: { bytesWritten: number; writeQueueSize: number } | null };
  return handle ? handle.bytesWritten - handle.writeQueueSize : 0;
}
