import { randomUUID } from 'node:crypto';
import { startService } from '../../../scripts/servers/program.js';
import { apiAt } from '../../support/app.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';
import { executeRaw } from '../../support/database/raw-database.js';
import { refused } from '../../support/http/problem.js';
import { failureOfStart, reasonOfRefusedStart } from '../../support/faults/refused-start.js';
import { until } from '../../support/until.js';

describe('a PostgreSQL user without privileges', () => {
  const role = `clerk_${randomUUID().replaceAll('-', '')}`;
  let database: FreshDatabase;
  let url: string;
  const sql = (text: string) => executeRaw(database.url, text);
  const grant = `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`;
  beforeAll(async () => {
    database = await freshDatabase();
    await sql(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    const reached = new URL(database.url);
    [reached.username, reached.password] = [role, 'secret'];
    url = reached.href;
  });
  afterAll(async () => {
    await sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await database.drop();
  });

  it('on tables of another owner: the service exits with code 1, a reason and a remedy', async () => {
    const reason = await reasonOfRefusedStart(url);
    expect(reason).toContain(`user ${role} may not read and write all of api_key, `);
    expect(reason).toContain('pg_restore --no-owner');
  });

  it('on the schema: the service does not start, with a reason and a remedy', async () => {
    await sql('REVOKE ALL ON SCHEMA public FROM PUBLIC');
    expect(await failureOfStart({ databaseUrl: url })).toContain(`user ${role} may not use the schema`);
    await sql('GRANT USAGE ON SCHEMA public TO PUBLIC');
  });

  it('on a read-only database: the service does not start, with a reason and a remedy', async () => {
    await sql(grant);
    await sql(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
    expect(await failureOfStart({ databaseUrl: url })).toContain('accepts no writes');
    await sql(`ALTER ROLE ${role} RESET default_transaction_read_only`);
  });

  it('revoked while the service runs: requests get 503, readiness fails and the log has the reason, until they are granted', async () => {
    await sql(grant);
    const started = await startService({ DATABASE_URL: url });
    try {
      const api = await apiAt(started.url);
      const becomes = (status: number) =>
        until(`readiness is ${status}`, async () => (await api.get('/health/ready')).status === status);
      await becomes(200);
      await sql(`REVOKE INSERT ON genre FROM ${role}`);
      await refused(api.post('/genres').send({ name: 'Western' }), 503, 'service-unavailable');
      await becomes(503);
      await until('the log says why', () => started.service.stdout.includes('may not read and write all of genre'));
      expect(started.service.stdout).toContain('permission denied for table genre');
      await sql(grant);
      await becomes(200);
      await api.post('/genres').send({ name: 'Western' }).expect(201);
    } finally {
      await started.service.kill('SIGKILL');
    }
  });
});
