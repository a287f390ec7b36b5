import { Program, startService } from '../../../scripts/support/program.js';
import { freshDatabase, type FreshDatabase } from '../../support/engine.js';

describe('a SQLite file that is served', () => {
  let database: FreshDatabase;
  let service: Program;
  let url: string;
  beforeAll(async () => {
    database = await freshDatabase();
    await serve();
  });
  afterAll(async () => {
    await service.kill('SIGTERM');
    await database.drop();
  });

  async function serve(): Promise<void> {
    ({ service, url } = await startService({ DATABASE_URL: database.url }));
  }

  it('is served by one process, and a second is told so', async () => {
    const second = Program.start('src/main.js', { DATABASE_URL: database.url, PORT: '0' });
    expect(await second.exited).toMatchObject({ code: 1 });
    expect(second.stderr).toMatch(/is in use by another process.*stop the other, or move to PostgreSQL/s);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('takes no import', async () => {
    const seed = Program.start('scripts/seed.js', { DATABASE_URL: database.url });
    expect(await seed.exited).toMatchObject({ code: 1 });
    expect(seed.stderr).toMatch(/^The SQLite file .* is in use by another process/);
  });

  it('can be served again after its process was killed', async () => {
    await service.kill('SIGKILL');
    await serve();
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});
