import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Connections } from '../../src/platform/http/connections/connection.js';
import { GracefulShutdown } from '../../src/platform/http/server/graceful-shutdown.js';

describe('connections of a server', () => {
  const clients = 8;
  const requestsPerClient = 500;
  const ballastBytes = 8_000;
  const requestsPerCollection = 10;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      Object.assign(request, { ballast: new Array(ballastBytes / 8).fill(0) });
      setTimeout(() => response.end(), 1);
    });
    new GracefulShutdown(server, new Connections(server));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    agent.destroy();
    server.close();
  });

  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;
  const oldBytes = (): number =>
    getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')!.space_used_size;

  async function request(): Promise<void> {
    const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
  }

  it('let minor garbage collections free answered requests', async () => {
    const ofClients = (count: number) =>
      Promise.all(
        Array.from({ length: clients }, async (_, client) => {
          for (let index = 1; index <= count; index++) {
            await request();
            if (client === 0 && index % requestsPerCollection === 0) collect({ type: 'minor' });
          }
        }),
      );
    await ofClients(1);
    // Moves what is kept of connections to the old generation.
    collect();
    const before = oldBytes();
    await ofClients(requestsPerClient);
    expect(oldBytes() - before).toBeLessThan((clients * requestsPerClient * ballastBytes) / 10);
  });
});
