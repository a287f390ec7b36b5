import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the compiled tests: dist/test. */
export const testFolder = join(import.meta.dirname, '..');

/** The folder of package.json. */
export const root = join(testFolder, '../..');

/** @param path of a file of the project, from its root */
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The committed OpenAPI document; document.spec.ts checks that it is the one that is served. */
export const committedDocument = (): unknown => JSON.parse(read('docs/openapi.json'));
