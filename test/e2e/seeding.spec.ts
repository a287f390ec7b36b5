import { emptyDatabase, isSqlite } from '../support/engine.js';
import { Program } from '../../scripts/support/program.js';

describe('npm run seed', () => {
  it('says what it stored, and where, but not the password', async () => {
    const database = await emptyDatabase();
    const seed = Program.start('commands/seed.js', { DATABASE_URL: database.url });
    await seed.succeeds();
    const where = isSqlite() ? database.url : database.url.replace('postgres:postgres@', 'postgres@');
    expect(seed.stdout).toContain(`Imported into ${where}:\n`);
    expect(seed.stdout).toMatch(/rents +26 added/);
    await database.drop();
  });
});
