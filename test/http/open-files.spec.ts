import { startService } from '../../scripts/servers/program.js';
import { openFilesWarning } from '../../src/platform/process/open-files.js';
import { freshDatabase } from '../support/engine.js';
import { describeIf } from '../support/skipping.js';

const limits = (soft: string) =>
  `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${soft}   1048576   files\n`;

describe('the limit of open files (ulimit -n)', () => {
  it.each([
    ['a connection is one file, and others are needed too', '10000', 10_000, true],
    ['many more files than connections', '20000', 10_000, false],
    ['no limit', 'unlimited', 10_000, false],
    ['a lower MAX_CONNECTIONS', '1024', 500, false],
  ])('is compared with MAX_CONNECTIONS: %s', (_, soft, maxConnections, isTooLow) => {
    const warning = openFilesWarning(maxConnections, limits(soft));
    expect(warning).toEqual(isTooLow ? expect.stringContaining(`may open ${soft} files`) : undefined);
  });

  it('is unknown on systems without /proc', () => {
    expect(openFilesWarning(10_000, undefined)).toBeUndefined();
  });
});

describeIf(process.platform === 'linux', 'the limit of open files of a process, which Linux only shows in /proc.')(
  'a limit of open files that is too low',
  () => {
    it('is in the log at the start: the service is not told of connections that are reset for it', async () => {
      const database = await freshDatabase();
      const lowered = ['sh', '-c', 'ulimit -n 300; exec "$@"', 'sh'];
      const { service } = await startService({ DATABASE_URL: database.url }, lowered);
      try {
        expect(service.stdout).toContain('MAX_CONNECTIONS is 10000, but this process may open 300 files');
      } finally {
        await service.kill('SIGKILL');
        await database.drop();
      }
    });
  },
);
