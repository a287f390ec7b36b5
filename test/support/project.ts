import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the compiled tests are: dist/test. */
export const testFolder = join(import.meta.dirname, '..');

/** The folder of package.json. */
export const root = join(testFolder, '../..');

/** @param path of a file of the project, from its root */
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The OpenAPI document as it is committed; a test of its own sees to it that it is the one that is served. */
export const committedDocument = (): unknown => JSON.parse(read('docs/openapi.json'));
