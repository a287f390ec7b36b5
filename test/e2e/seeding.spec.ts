import { emptyDatabase, isSqlite } from '../support/engine.js';
import { runCommand } from '../support/command.js';

describe('npm run seed', () => {
  it('prints the numbers of rows and the database, without the password', async () => {
    const database = await emptyDatabase();
    const { code, stdout } = await runCommand('seed', { DATABASE_URL: database.url });
    expect(code).toBe(0);
    const where = isSqlite() ? database.url : database.url.replace('postgres:postgres@', 'postgres@');
    expect(stdout).toContain(`Imported into ${where}:\n`);
    expect(stdout).toMatch(/rents +26 added/);
    await database.drop();
  });
});
