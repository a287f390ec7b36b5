import type { Socket } from 'node:net';
import { Client } from 'pg';

/** How long to wait for the server to confirm the end of a connection. */
const endTimeoutMs = 1_000;

/** @private-api of pg: Client.connection, with the socket and the parsed statements by name */
interface Pg {
  readonly connection: { readonly stream: Socket; readonly parsedStatements: Record<string, string> };
}

/** A connection that closes even if the server does not respond; otherwise it could delay the process's exit for minutes. */
export class AbortableClient extends Client {
  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    setTimeout(() => this.abort(), endTimeoutMs).unref();
    return callback ? super.end(callback) : super.end();
  }

  /** Closes the connection immediately, and rejects all its pending queries. */
  abort(): void {
    this.internals.stream.destroy();
  }

  /** Its socket is read at each use: the TLS handshake replaces it. */
  protected get internals(): Pg['connection'] {
    return (this as unknown as Pg).connection;
  }
}
