import { link, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { dataSourceOptions } from '../../../ormconfig.js';
import { Program, startService } from '../../../scripts/servers/program.js';
import { UnusableDatabase } from '../../../src/platform/database/engine/unusable-database.js';
import { withDatabase } from '../../../src/platform/database/with-database.js';
import { runCommand } from '../../support/command.js';
import { freshFile, type FreshDatabase } from '../../support/engine.js';

describe('the process lock of a SQLite file', () => {
  let database: FreshDatabase;
  let service: Program;
  let url: string;
  let file: string;
  beforeAll(async () => {
    database = await freshFile();
    file = database.url.replace(/^sqlite:/, '');
    await serve();
  });
  afterAll(async () => {
    await service.kill('SIGTERM');
    await database.drop();
  });

  async function serve(): Promise<void> {
    ({ service, url } = await startService({ DATABASE_URL: database.url }));
  }

  /** Returns the error of a second process that writes; this process is the second one. */
  async function refusalOf(path: string): Promise<string> {
    const refusal: unknown = await withDatabase(dataSourceOptions(`sqlite:${path}`), () => Promise.resolve()).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(UnusableDatabase);
    return (refusal as Error).message;
  }

  it('refuses a second service and an import with exit code 1', async () => {
    const second = Program.start('src/main.js', { DATABASE_URL: database.url, PORT: '0' });
    expect(await second.exited).toMatchObject({ code: 1 });
    expect(second.stderr).toMatch(/is in use by another process.*stop the other, or move to PostgreSQL/s);
    const seed = await runCommand('seed', { DATABASE_URL: database.url });
    expect(seed.code).toBe(1);
    expect(seed.stderr).toMatch(/^The SQLite file .* is in use by another process/);
  });

  it('is the same for all names of the file: symbolic links to it and to its folder, . and // in its path', async () => {
    const folder = dirname(file);
    const name = basename(file);
    await symlink(file, join(folder, 'link.sqlite'));
    await mkdir(join(folder, 'elsewhere'));
    await symlink(folder, join(folder, 'elsewhere', 'linked'));
    const names = ['link.sqlite', `elsewhere/linked/${name}`, `/elsewhere/.././${name}`];
    for (const other of names) {
      expect(await refusalOf(`${folder}/${other}`)).toMatch(/is in use by another process, a server or an import/);
    }
  });

  it('refuses a file with hard links, and names the remedy', async () => {
    const other = `${file}.other`;
    await link(file, other);
    expect(await refusalOf(other)).toMatch(/has 2 names \(hard links\).*-samefile/);
    expect(await refusalOf(file)).toMatch(/has 2 names/);
    await rm(other);
  });

  it('holds if the file was renamed while it is served', async () => {
    const renamed = join(dirname(file), 'renamed.sqlite');
    await rename(file, renamed);
    expect(await refusalOf(renamed)).toMatch(/or the process knows the database by another name/);
    await rename(renamed, file);
  });

  it('holds if its lock file was deleted or replaced, also against a third process, until the first ends', async () => {
    await rm(`${file}.lock`);
    expect(await refusalOf(file)).toMatch(/not with the lock file .*deleted or replaced.*fuser/);
    expect(await readdir(dirname(file))).toContain(`${basename(file)}.lock`);
    expect(await refusalOf(file)).toMatch(/not with the lock file/);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    await service.kill('SIGKILL');
    await serve();
    expect(await refusalOf(file)).toMatch(/stop the other, or move to PostgreSQL/);
  });
});
