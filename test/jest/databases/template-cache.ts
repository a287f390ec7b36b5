import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { arch, hostname } from 'node:os';
import { join } from 'node:path';
import { root } from '../../support/project.js';

const cache = join(root, 'node_modules/.cache/movie-rental');

/** What the content of a template depends on: files and folders, in the folder of package.json. */
const inputs = [
  'package-lock.json',
  'dist/ormconfig.js',
  'dist/scripts/servers',
  'dist/src/kernel',
  'dist/src/migrations',
  'dist/src/platform/database',
  'dist/test/jest/databases/migrate.js',
  'dist/test/jest/databases/start-postgres.js',
];

/** How long a template of other inputs is kept after its last use, which may be that of another run. */
const unusedMs = 24 * 60 * 60 * 1000;

/**
 * Returns a folder that `create` has filled, now or in an earlier run with the same inputs. The folder gets its name when
 * it is complete. Of runs that create it at the same time, the first provides it.
 */
export async function cachedTemplate(name: string, create: (folder: string) => Promise<void>): Promise<string> {
  const template = join(cache, `${name}-${await hashOfInputs()}`);
  if (!existsSync(template)) {
    await mkdir(cache, { recursive: true });
    await removeUnused();
    const unfinished = await mkdtemp(join(cache, 'unfinished-'));
    await create(unfinished);
    await rename(unfinished, template).catch((error: unknown) => {
      if (!existsSync(template)) throw error;
      return rm(unfinished, { recursive: true });
    });
  }
  const now = new Date();
  await utimes(template, now, now);
  return template;
}

async function hashOfInputs(): Promise<string> {
  // The owner of a cluster and the libraries that it needs are those of one machine. Unicode data are of the Node.js version.
  const hash = createHash('sha256').update(JSON.stringify([process.version, arch(), hostname()]));
  for (const input of inputs) {
    for (const path of await filesIn(join(root, input))) hash.update(path).update(await readFile(path));
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesIn(path: string): Promise<string[]> {
  if (path.endsWith('.json') || path.endsWith('.js')) return [path];
  const files = await readdir(path, { recursive: true });
  return files
    .filter((file) => file.endsWith('.js'))
    .sort()
    .map((file) => join(path, file));
}

async function removeUnused(): Promise<void> {
  for (const name of await readdir(cache)) {
    const folder = join(cache, name);
    // A concurrent run may have renamed or removed it.
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > unusedMs) await rm(folder, { recursive: true, force: true });
  }
}
