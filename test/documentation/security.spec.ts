import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from '../support/project.js';

describe('docs/security.md', () => {
  const sections = read('docs/security.md')
    .split(/^## /m)
    .filter((section) => /^API\d/.test(section));

  it('has a section for each item of the OWASP API Security Top 10', () => {
    const items = Array.from({ length: 10 }, (_, index) => `API${index + 1}:`);
    expect(sections.map((section) => section.split(' ')[0])).toEqual(items);
  });

  it.each(sections.map((section) => [section.split('\n')[0]!, section]))(
    'names tests of %s that exist',
    (_, section) => {
      const tests = [...section.matchAll(/\]\(\.\.\/(test\/[\w/-]+\.spec\.ts)\)/g)].map(([, path]) => path!);
      expect(tests.length).toBeGreaterThan(0);
      expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    },
  );
});
