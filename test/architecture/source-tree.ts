import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { read as textOf, root } from '../support/project.js';
import type { SourceFile } from './laws.js';

/** Reads the TypeScript files of a folder of the repository. */
export function readTree(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readSource(`${folder}/${path.split(sep).join('/')}`));
}

export function readSource(path: string): SourceFile {
  return { path, text: textOf(path) };
}
