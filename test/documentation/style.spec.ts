import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from '../support/project.js';

/** Words of docs/style.md that hide who does what, or take the place of a standard term. */
const banned = /\b(whoever|whomever|nobody|somebody|everybody|those who|anew|says? of|(?:has|have) yet)\b/gi;
/** Quotes the words. */
const exempt = ['docs/style.md', 'test/documentation/style.spec.ts'];

function filesIn(folder: string, name: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => name.test(path))
    .map((path) => join(folder, path));
}

/** Names that stay: an account of the system, and a migration, which databases know by its name. */
const names = /User nobody|'nobody'|compare-?text-?anew/gi;

function violationsIn(path: string, text: string): string[] {
  return text
    .replace(names, '')
    .split('\n')
    .flatMap((line, index) => [...line.matchAll(banned)].map(([word]) => `${path}:${index + 1}: ${word}`));
}

describe('docs/style.md', () => {
  const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...filesIn('docs', /\.(md|mmd)$/)];
  const sources = ['src', 'scripts', 'bench', 'test'].flatMap((folder) => filesIn(folder, /\.(ts|js)$/));

  it.each([
    ['pages', pages],
    ['sources: names, comments, messages and test names', [...sources, 'ormconfig.ts']],
  ])('bans words from %s', (_, paths) => {
    const judged = paths.filter((path) => !exempt.includes(path));
    expect(judged.length).toBeGreaterThan(10);
    expect(judged.flatMap((path) => violationsIn(path, read(path)))).toEqual([]);
  });

  it.each([
    'Lets nobody wait.',
    'What it says of a member',
    'Whoever asks',
    'computed anew',
    'the one that it has yet',
  ])('would find "%s"', (sentence) =>
    expect(violationsIn('a.md', `\n${sentence}`)).toEqual([expect.stringMatching(/^a\.md:2: /)]),
  );
});
