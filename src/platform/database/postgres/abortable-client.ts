import type { Socket } from 'node:net';
import { Client } from 'pg';

/** Milliseconds for a server to confirm the end of a connection. */
const endTimeoutMs = 1_000;

/** What the pg package has, but doesn't declare. */
interface Pg {
  readonly connection: { readonly stream: Socket };
}

/** A connection that ends even where the server is silent: it could keep the process from exiting for minutes. */
export class AbortableClient extends Client {
  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    setTimeout(() => this.abort(), endTimeoutMs).unref();
    return callback ? super.end(callback) : super.end();
  }

  /** Ends the connection at once, and fails all that waits for an answer on it. */
  abort(): void {
    this.stream.destroy();
  }

  /** @private-api of the pg package. After TLS is established it is another socket than before. */
  protected get stream(): Socket {
    return (this as unknown as Pg).connection.stream;
  }
}
