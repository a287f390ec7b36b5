import { Program } from '../../../scripts/support/program.js';

describe('npm run backup', () => {
  it('says how PostgreSQL is backed up, but not the password', async () => {
    const backup = Program.start(
      'commands/backup.js',
      { DATABASE_URL: 'postgres://clerk:secret@127.0.0.1:5432/shop' },
      ['shop.dump'],
    );
    expect(await backup.exited).toMatchObject({ code: 1 });
    expect(backup.stderr).toContain(
      `\n  pg_dump --format=custom --file='shop.dump' 'postgres://clerk@127.0.0.1:5432/shop'\n`,
    );
    expect(backup.stderr).not.toContain('secret');
  });
});
