import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What is in flight on one connection. */
export class Connection {
  /** Responses that are not sent to their end, in the order of their requests. */
  readonly responses = new Set<ServerResponse>();
  /** The response to the request that arrived last. */
  latest?: ServerResponse;
  /** Whether bytes came that can't be parsed, behind which nothing means anything. */
  isBroken = false;
  /** A hook that runs when a response was sent to its end. */
  onRelease?: () => void;

  constructor(readonly socket: Socket) {}

  /** Bytes in this process: answers that the client has not taken, and requests that are not parsed. */
  get bufferedBytes(): number {
    let bytes = this.socket.readableLength;
    for (const response of this.responses) bytes += response.writableLength;
    return bytes;
  }
}

/** The connections of a server. */
export class Connections {
  /** Those on which requests are in flight. */
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

/** Closes the responses that wait for their turn on a connection that was closed: Node closes only the current one. */
function abandon({ responses }: Connection): void {
  for (const response of responses) {
    if (response.socket) continue;
    response.destroy();
    response.emit('close');
  }
}
