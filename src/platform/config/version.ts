import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where package.json and what it ships are, seen from the sources or from what was built. */
export const projectFolder = findProject(dirname(fileURLToPath(import.meta.url)));

/** The version of the service, as package.json says. */
export const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { version: string };

function findProject(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (dirname(folder) === folder) throw new Error('There is no package.json above the service; install it whole.');
  return findProject(dirname(folder));
}
