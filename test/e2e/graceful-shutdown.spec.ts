import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { freshDatabase, type FreshDatabase } from '../support/engine.js';
import { type Program, startService } from '../../scripts/servers/program.js';

const clients = 50;

describe('graceful shutdown of the service', () => {
  let database: FreshDatabase;
  let service: Program;
  let url: string;
  // One keep-alive connection each.
  const agents = Array.from({ length: clients }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  beforeAll(async () => {
    database = await freshDatabase();
    ({ service, url } = await startService({ DATABASE_URL: database.url, SHUTDOWN_GRACE_MS: '1000' }));
  });
  afterAll(async () => {
    for (const agent of agents) agent.destroy();
    await service.kill('SIGKILL');
    await database.drop();
  });

  async function responseTo(request: ClientRequest) {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { status: response.statusCode, connection: response.headers.connection, body: await text(response) };
  }

  const get = (path: string, agent?: Agent) => responseTo(request(url + path, { agent }).end());

  /** Starts a request whose head has arrived at the service, and whose body is not sent yet. */
  async function begin(agent: Agent): Promise<ClientRequest> {
    const headers = { 'Content-Type': 'application/json', Expect: '100-continue' };
    const begun = request(`${url}/genres`, { agent, method: 'POST', headers });
    begun.flushHeaders();
    await once(begun, 'continue');
    return begun;
  }

  it('fails readiness, then accepts no connection, answers the 50 requests in flight, and exits within 10 seconds', async () => {
    const warm = await Promise.all(agents.map((agent) => get('/version', agent)));
    expect(new Set(warm.map(({ connection }) => connection))).toEqual(new Set(['keep-alive']));
    const inFlight = await Promise.all(agents.map(begin));
    const answers = Promise.all(inFlight.map(responseTo));

    const exited = service.kill('SIGTERM');
    let ready = await get('/health/ready');
    while (ready.status === 200) ready = await get('/health/ready');
    expect(ready).toMatchObject({ status: 503, connection: 'close' });
    expect(JSON.parse(ready.body)).toMatchObject({ detail: 'The service is shutting down. Use another instance.' });
    expect(await get('/health/live')).toMatchObject({ status: 200, connection: 'close' });
    await expect(
      (async () => {
        for (;;) await get('/health/live');
      })(),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^ECONN(REFUSED|RESET)$/) });

    for (const [index, begun] of inFlight.entries()) begun.end(JSON.stringify({ name: `Genre ${index}` }));
    const names = (await answers).map(({ status, connection, body }) => {
      expect({ status, connection }).toEqual({ status: 201, connection: 'close' });
      return (JSON.parse(body) as { name: string }).name;
    });
    expect(new Set(names).size).toBe(clients);
    // After a forced exit, 9 s after the grace period, the exit code would be 1.
    expect(await exited).toEqual({ code: 0, signal: null });
  });

  it('has stored every acknowledged write', async () => {
    ({ service, url } = await startService({ DATABASE_URL: database.url }));
    const { body } = await get('/genres?limit=200');
    expect(JSON.parse(body)).toHaveLength(clients);
  });
});
