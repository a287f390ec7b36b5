import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A response whose rest is kept in memory outside its stream. */
export interface SpoolingResponse extends ServerResponse {
  spooledBytes?: number;
}

/** The requests in flight on one connection. */
export class Connection {
  /** Unfinished responses, in the order of their requests. */
  readonly responses = new Set<SpoolingResponse>();
  /** The response to the latest request. */
  latest?: ServerResponse;
  /** Whether malformed bytes arrived; all later bytes are ignored. */
  isBroken = false;
  /** Called after each finished response. */
  onRelease?: () => void;

  constructor(readonly socket: Socket) {}

  /** Bytes in this process: responses that the client has not read, and unparsed requests. */
  get bufferedBytes(): number {
    let bytes = this.socket.readableLength;
    for (const { writableLength, spooledBytes = 0 } of this.responses) bytes += writableLength + spooledBytes;
    return bytes;
  }
}

/** The connections of a server. */
export class Connections {
  /** Connections with requests in flight. */
  readonly busy = new Set<Connection>();
  private readonly bySocket = new WeakMap<Socket, Connection>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      const connection = new Connection(socket);
      this.bySocket.set(socket, connection);
      socket.once('close', () => abandon(connection));
    });
    server.prependListener('request', ({ socket }, response: ServerResponse) => {
      const connection = this.of(socket);
      connection.responses.add(response);
      connection.latest = response;
      this.busy.add(connection);
      response.once('close', () => this.release(connection, response));
    });
  }

  of(socket: Socket): Connection {
    return this.bySocket.get(socket)!;
  }

  private release(connection: Connection, response: ServerResponse): void {
    connection.responses.delete(response);
    if (connection.responses.size === 0) this.busy.delete(connection);
    connection.onRelease?.();
  }
}

/** Closes the queued responses of a closed connection: Node closes only the current one. */
function abandon({ responses }: Connection): void {
  for (const response of responses) {
    if (response.socket) continue;
    response.destroy();
    response.emit('close');
  }
}
