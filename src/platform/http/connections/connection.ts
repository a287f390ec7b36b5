import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { removeItem } from '../../../kernel/lists.js';

/** A response whose rest is kept in memory outside its stream. */
export interface SpoolingResponse extends ServerResponse {
  spooledBytes?: number;
}

/** The requests in flight on one connection. */
export class Connection {
  /** Unfinished responses, in the order of their requests. */
  readonly responses: SpoolingResponse[] = [];
  /** Whether malformed bytes arrived; all later bytes are ignored. */
  isBroken = false;
  /** Called after each finished response. */
  onRelease?: () => void;

  constructor(readonly socket: Socket) {}

  /** The response to the latest request, if it is unfinished. */
  get latest(): ServerResponse | undefined {
    return this.responses.at(-1);
  }

  /** Bytes in this process: responses that the client has not read, and unparsed requests. */
  get bufferedBytes(): number {
    let bytes = this.socket.readableLength;
    for (const { writableLength, spooledBytes = 0 } of this.responses) bytes += writableLength + spooledBytes;
    return bytes;
  }
}

/**
 * The open connections of a server.
 *
 * What comes and goes with requests is kept in arrays: V8 replaces the hash table of a Set or Map again and again, and
 * each replaced table refers to its successor. Once one is in the old generation, all later ones survive minor garbage
 * collections, with the requests that were in flight then. See docs/decisions/0057.
 */
export class Connections {
  private readonly open: Connection[] = [];
  private readonly bySocket = new WeakMap<Socket, Connection>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      const connection = new Connection(socket);
      this.bySocket.set(socket, connection);
      this.open.push(connection);
      socket.once('close', () => {
        removeItem(this.open, connection);
        abandon(connection);
      });
    });
    server.prependListener('request', ({ socket }, response: ServerResponse) => {
      const connection = this.of(socket);
      connection.responses.push(response);
      response.once('close', () => {
        removeItem(connection.responses, response);
        connection.onRelease?.();
      });
    });
  }

  /** The connections with requests in flight, the oldest first. */
  get busy(): Connection[] {
    return this.open.filter(({ responses, socket }) => responses.length > 0 && !socket.destroyed);
  }

  /** The connections on which no byte has arrived. Browsers open some speculatively. */
  get unused(): Connection[] {
    return this.open.filter(({ socket }) => socket.bytesRead === 0);
  }

  of(socket: Socket): Connection {
    return this.bySocket.get(socket)!;
  }
}

/** Closes the queued responses of a closed connection: Node closes only the current one. */
function abandon({ responses }: Connection): void {
  for (const response of [...responses]) {
    if (response.socket) continue;
    response.destroy();
    response.emit('close');
  }
}
