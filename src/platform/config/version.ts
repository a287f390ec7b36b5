import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json, found from the sources as well as from the build. */
export const projectFolder = findProject(dirname(fileURLToPath(import.meta.url)));

/** The version of the service, from package.json. */
export const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { version: string };

function findProject(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (dirname(folder) === folder)
    throw new Error('No package.json found above the service. Install the complete package.');
  return findProject(dirname(folder));
}
