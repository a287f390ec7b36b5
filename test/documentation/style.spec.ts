import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from '../support/project.js';

/** Words that docs/style.md bans. */
const families = {
  'hide who does what, or replace a standard term': String.raw`whoever|whomever|nobody|somebody|everybody|those who|anew|says? of|(?:has|have) yet`,
  'make people of programs': String.raw`(?:is|are|was|were) told|told apart|hears?|heard`,
  'have a second meaning, or are archaic': 'at once|in vain|amiss|mends?|mended',
  'are British spelling': String.raw`behaviours?|colou?rful|colours?|favours?|honours?|licences?|catalogues?|(?:mis)?spelt|learnt|(?:analy|anonymi|authori|capitali|materiali|normali|organi|recogni|seriali|synchroni)s(?:e[ds]?|ing)`,
};
/** A phrase may continue on the next line of a comment. */
const blank = String.raw`\s+(?:(?:\*|//) )?`;
const banned = new RegExp(String.raw`\b(?:${Object.values(families).join('|').replaceAll(' ', blank)})\b`, 'gi');
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
  const checked = text.replace(names, '');
  return [...checked.matchAll(banned)].map(
    ({ 0: word, index }) => `${path}:${checked.slice(0, index).split('\n').length}: ${word}`,
  );
}

describe('docs/style.md', () => {
  const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...filesIn('docs', /\.(md|mmd)$/)];
  const sources = ['src', 'scripts', 'bench', 'test'].flatMap((folder) => filesIn(folder, /\.(ts|js)$/));

  it.each([
    ['pages', pages],
    ['sources: names, comments, messages and test names', [...sources, 'ormconfig.ts']],
  ])('bans words from %s', (_, paths) => {
    const checked = paths.filter((path) => !exempt.includes(path));
    expect(checked.length).toBeGreaterThan(10);
    expect(checked.flatMap((path) => violationsIn(path, read(path)))).toEqual([]);
  });

  it.each([
    'Lets nobody wait.',
    'What it says of a member',
    'Whoever asks',
    'computed anew',
    'the one that it has yet',
    'Clients are told the address',
    'Names told apart by accents',
    'Sends all requests at once',
    'waits for a lock in\n   * vain',
    'what it says\n// of a member',
    'Mends the row',
    'Another colour',
    'An unknown licence',
    'Authorises the caller',
    'serialised',
  ])('would find "%s"', (sentence) =>
    expect(violationsIn('a.md', `\n${sentence}`)).toEqual([expect.stringMatching(/^a\.md:2: /)]),
  );
});
