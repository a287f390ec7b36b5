import { runCommand } from '../../support/command.js';

describe('npm run backup', () => {
  it('shows the pg_dump command for PostgreSQL, without the password', async () => {
    const url = 'postgres://clerk:secret@127.0.0.1:5432/shop';
    const { code, stderr } = await runCommand('backup', { DATABASE_URL: url }, ['shop.dump']);
    expect(code).toBe(1);
    expect(stderr).toContain(`\n  pg_dump --format=custom --file='shop.dump' 'postgres://clerk@127.0.0.1:5432/shop'\n`);
    expect(stderr).not.toContain('secret');
  });
});
