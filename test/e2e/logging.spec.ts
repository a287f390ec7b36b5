import { freshDatabase, type FreshDatabase, isSqlite } from '../support/engine.js';
import { createKey, everyScope, secretOf } from '../support/auth/keys.js';
import { executeRaw } from '../support/database/raw-database.js';
import { type Program, startService } from '../../scripts/servers/program.js';

interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly request_id?: string;
  readonly [field: string]: unknown;
}

/** Values that must not be in the log, each in another part of a request. */
const personal = {
  name: 'Philippa',
  address: 'Sesamstrasse',
  license: 'LIC-0815',
  query: 'Searchedfor',
  path: 'Pathfinder',
  token: 'Tokenvalue',
};

describe('the access log', () => {
  let database: FreshDatabase;
  let service: Program;
  let url: string;
  beforeAll(async () => {
    database = await freshDatabase();
    personal.token = await createKey(database.url, everyScope);
    ({ service, url } = await startService({ DATABASE_URL: database.url, LOG_LEVEL: 'trace' }));
  });
  afterAll(async () => {
    await service.kill('SIGTERM');
    await database.drop();
  });

  const lines = (): LogLine[] =>
    service.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as LogLine);

  /** Sends a request full of private data, and returns its log lines. */
  async function logged(id: string, method: string, path: string, body?: object): Promise<LogLine[]> {
    const headers = {
      'X-Request-Id': id,
      'Content-Type': 'application/json',
      Authorization: `Bearer ${personal.token}`,
      Cookie: `session=${personal.token}`,
    };
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    await answer.arrayBuffer();
    const ofRequest = () => lines().filter(({ request_id }) => request_id === id);
    // The line is written after the response.
    while (!ofRequest().some(({ status }) => status === answer.status)) {
      await new Promise((later) => setTimeout(later, 10));
    }
    return ofRequest();
  }

  const client = { first_name: personal.name, last_name: 'A', address: personal.address };
  const licensed = { ...client, license_number: personal.license };

  it.each<[string, string, string, string, number, object | undefined]>([
    ['the pattern of the path', 'GET', `/clients/4711`, '/clients/:id', 404, undefined],
    ['the pattern of a path that makes no sense', 'GET', `/clients/${personal.path}`, '/clients/:id', 422, undefined],
    ['the pattern of a path that is not UTF-8', 'GET', `/clients/${personal.path}%E0`, '/clients/:id', 400, undefined],
    ['no path that it does not know', 'GET', `/customers/${personal.path}`, 'unmatched', 404, undefined],
    ['the pattern for another method', 'PATCH', `/problems/${personal.path}`, '/problems/:slug', 405, {}],
    ['no query', 'GET', `/clients?name=${personal.query}`, '/clients', 200, undefined],
    ['no query that it does not take', 'GET', `/version?${personal.query}=1`, '/version', 422, undefined],
    ['no body', 'POST', '/clients', '/clients', 201, licensed],
    ['no body that it refused', 'POST', '/clients', '/clients', 409, licensed],
    ['no body that makes no sense', 'POST', '/clients', '/clients', 422, { nick: personal.name }],
  ])('has one line for a request: %s', async (what, method, path, route, status, body) => {
    const logLines = await logged(`till:${what.replaceAll(' ', '-')}`, method, path, body);
    expect(logLines).toEqual([
      expect.objectContaining({
        level: 'info',
        context: 'Request',
        method,
        route,
        status,
        msg: `${method} ${route} ${status}`,
      }),
    ]);
    expect(logLines[0]!['duration_ms']).toBeGreaterThan(0);
  });

  it('shows 401 and 403 without the credential', async () => {
    const wrong = `mr_1_${'Guessed'.repeat(6)}x`;
    const answer = await fetch(`${url}/clients`, { headers: { Authorization: `Bearer ${wrong}` } });
    expect(answer.status).toBe(401);
    const limited = await createKey(database.url, 'catalog:read');
    const refusal = await fetch(`${url}/clients`, { headers: { Authorization: `Bearer ${limited}` } });
    expect(refusal.status).toBe(403);
    const logs = service.stdout + service.stderr;
    for (const token of [wrong, limited]) expect(logs).not.toContain(secretOf(token));
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const status of [401, 403]) {
      expect(metrics).toContain(
        `http_request_duration_seconds_count{method="GET",route="/clients",status="${status}"} 1`,
      );
    }
  });

  it('has a line with the cause of a failure and the request id, and no data of the request', async () => {
    await executeRaw(database.url, 'ALTER TABLE client RENAME TO customer');
    const [cause, request] = await logged('till:1', 'POST', '/clients', licensed);
    await executeRaw(database.url, 'ALTER TABLE customer RENAME TO client');
    expect(request).toMatchObject({ level: 'error', route: '/clients', status: 500 });
    expect(cause).toMatchObject({ level: 'error', context: 'Problem', msg: 'Internal error', request_id: 'till:1' });
    const { message, stack } = cause!['err'] as { message: string; stack: string };
    expect(message).toMatch(isSqlite() ? /no such table: client/ : /relation "client" does not exist/);
    expect(stack).toMatch(/^ {4}at /);
  });

  // SQLite quotes no values.
  const quoted = isSqlite() ? undefined : it;
  quoted?.each([
    [
      'a value that is there already',
      '23505',
      'ALTER INDEX ix_client_license_key RENAME TO ix_other',
      '/clients',
      licensed,
    ],
    [
      'a value of another type',
      '22P02',
      'ALTER TABLE genre ALTER description TYPE integer USING NULL',
      '/genres',
      // The first of its kind, so that there is no plan for the former type.
      { name: 'Noir', description: personal.license },
    ],
  ])('does not contain what PostgreSQL quotes of %s', async (_, code, sql, path, body) => {
    await executeRaw(database.url, sql);
    const [cause] = await logged(`till:${code}`, 'POST', path, body);
    expect(cause!['err']).toMatchObject({ code });
  });

  it('consists of JSON lines with level, time and message, without personal data', () => {
    expect(lines().length).toBeGreaterThan(12);
    for (const { level, time, msg } of lines()) {
      expect(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).toContain(level);
      expect(time).toBe(new Date(time).toISOString());
      expect(msg).not.toBe('');
    }
    for (const datum of Object.values(personal)) expect(service.stdout + service.stderr).not.toContain(datum);
  });
});
