import { Program, startService } from '../../../scripts/support/program.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';

describe('a SQLite file', () => {
  let database: FreshDatabase;
  beforeEach(async () => (database = await freshDatabase()));
  afterEach(() => database.drop());

  it('is served by one process, and a second is told so', async () => {
    const { service, url } = await startService({ DATABASE_URL: database.url });
    const second = Program.start('src/main.js', { DATABASE_URL: database.url, PORT: '0' });
    expect(await second.exited).toMatchObject({ code: 1 });
    expect(second.stderr).toMatch(/is in use by another process.*stop the other, or move to PostgreSQL/s);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await service.kill('SIGTERM');
  });

  it('takes no import while it is served', async () => {
    const { service } = await startService({ DATABASE_URL: database.url });
    const seed = Program.start('scripts/seed.js', { DATABASE_URL: database.url });
    expect(await seed.exited).toMatchObject({ code: 1 });
    expect(seed.stderr).toMatch(/^The SQLite file .* is in use by another process/);
    await service.kill('SIGTERM');
  });

  it('can be served again after its process was killed', async () => {
    const killed = await startService({ DATABASE_URL: database.url });
    await killed.service.kill('SIGKILL');
    const { service, url } = await startService({ DATABASE_URL: database.url });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await service.kill('SIGTERM');
  });
});
