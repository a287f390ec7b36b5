import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy between a service and a server, which injects network faults. */
export class TcpProxy {
  private target!: URL;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private frozen = false;
  /** Connections whose packets are dropped, FIN and RST included. */
  private readonly dropped = new Set<readonly [Socket, Socket]>();
  /** The next connection whose client sends this text loses its replies. */
  private dropTrigger?: string;
  private readonly listener = createServer((near) => {
    const far = connect(Number(this.target.port), this.target.hostname);
    const pair = [near, far] as const;
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined).on('close', () => this.closeBoth(pair));
    }
    near.on('data', (sent: Buffer) => this.onClientData(pair, sent));
    // A listener of 'data' starts the flow.
    near.pause();
    if (!this.frozen) join(pair);
  });

  /** Listens for the server at `url`. Returns the URL of its database through the proxy. */
  async proxyTo(url: string): Promise<string> {
    this.target = new URL(url);
    await once(this.listener.listen(0, '127.0.0.1'), 'listening');
    return this.proxiedUrl(url);
  }

  /** Returns the URL of a database of the server through the proxy. */
  proxiedUrl(url: string): string {
    const proxied = new URL(url);
    proxied.hostname = '127.0.0.1';
    proxied.port = String((this.listener.address() as AddressInfo).port);
    return proxied.href;
  }

  /** Closes all connections and refuses new ones, permanently. */
  cut(): void {
    this.listener.close();
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  /** Drops all packets from now on, without closing a connection. */
  freeze(): void {
    this.frozen = true;
    this.dropPackets();
  }

  /** Drops all packets of the open connections, like a firewall that has lost its state. New connections work. */
  dropPackets(): void {
    for (const pair of this.pairs) {
      const [near, far] = pair;
      this.dropped.add(pair);
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  }

  /** Drops the replies on the next connection whose client sends `text`, which still arrives. */
  dropRepliesAfter(text: string): void {
    this.dropTrigger = text;
  }

  /** Whether dropRepliesAfter() still waits for its text. */
  get isDropPending(): boolean {
    return this.dropTrigger !== undefined;
  }

  private onClientData(pair: readonly [Socket, Socket], sent: Buffer): void {
    if (this.dropTrigger === undefined || !sent.includes(this.dropTrigger)) return;
    this.dropTrigger = undefined;
    this.dropped.add(pair);
    const [near, far] = pair;
    far.unpipe(near).pause();
  }

  private closeBoth(pair: readonly [Socket, Socket]): void {
    if (this.dropped.has(pair)) return;
    this.pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }

  /** Ends freeze(), and closes the connections that one side has closed meanwhile. */
  thaw(): void {
    this.frozen = false;
    this.dropped.clear();
    for (const pair of this.pairs) {
      if (pair.some(({ destroyed }) => destroyed)) this.closeBoth(pair);
      else join(pair);
    }
  }
}

function join([near, far]: readonly [Socket, Socket]): void {
  near.pipe(far).pipe(near);
}
