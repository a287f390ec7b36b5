import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network between a service and a server, which can break. */
export class Network {
  private target!: URL;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private frozen = false;
  /** Of these, not even the end gets through. */
  private readonly silent = new Set<readonly [Socket, Socket]>();
  /** A connection falls silent once its client has sent this. */
  private lastWords?: string;
  private readonly gate = createServer((near) => {
    const far = connect(Number(this.target.port), this.target.hostname);
    const pair = [near, far] as const;
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined).on('close', () => this.passOnEnd(pair));
    }
    near.on('data', (sent: Buffer) => this.hear(pair, sent));
    // A listener makes it flow.
    near.pause();
    if (!this.frozen) join(pair);
  });

  /** @returns the URL that leads through this network to where `url` leads */
  async wayTo(url: string): Promise<string> {
    this.target = new URL(url);
    await once(this.gate.listen(0, '127.0.0.1'), 'listening');
    return this.wayIn(url);
  }

  /** Returns the URL that leads through this network, which leads to one server, to a database of it. */
  wayIn(url: string): string {
    const way = new URL(url);
    way.hostname = '127.0.0.1';
    way.port = String((this.gate.address() as AddressInfo).port);
    return way.href;
  }

  /** Ends all connections and refuses new ones, for good. */
  cut(): void {
    this.gate.close();
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  /** Drops all packets from now on, without closing a connection. */
  freeze(): void {
    this.frozen = true;
    this.silence();
  }

  /** Lets nothing through on the connections that there are, as a firewall that has forgotten them. New ones work. */
  silence(): void {
    for (const pair of this.pairs) {
      const [near, far] = pair;
      this.silent.add(pair);
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  }

  /** Lets no answer through on the next connection whose client sends `words`, after these have arrived. */
  silenceAfter(words: string): void {
    this.lastWords = words;
  }

  /** Whether silenceAfter() has not met its words. */
  get isSilenceDue(): boolean {
    return this.lastWords !== undefined;
  }

  private hear(pair: readonly [Socket, Socket], sent: Buffer): void {
    if (this.lastWords === undefined || !sent.includes(this.lastWords)) return;
    this.lastWords = undefined;
    this.silent.add(pair);
    const [near, far] = pair;
    far.unpipe(near).pause();
  }

  private passOnEnd(pair: readonly [Socket, Socket]): void {
    if (this.silent.has(pair)) return;
    this.pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }

  thaw(): void {
    this.frozen = false;
    this.silent.clear();
    for (const pair of this.pairs) {
      if (pair.some(({ destroyed }) => destroyed)) this.passOnEnd(pair);
      else join(pair);
    }
  }
}

function join([near, far]: readonly [Socket, Socket]): void {
  near.pipe(far).pipe(near);
}
