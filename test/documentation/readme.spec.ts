import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { read, root } from '../support/project.js';

/** Returns the names of the participants of a service, as in "copies: MovieCopyRepository". */
function participantsOf(service: string): string[] {
  const [, members] = /^const repositories = \{([^}]*)\}/m.exec(read(service))!;
  return [...members!.matchAll(/(\w+: \w+)/g)].map(([participant]) => participant).sort();
}

function participantsIn(diagram: string): string[] {
  return [...read(diagram).matchAll(/participant \w+ as (.+)/g)].map(([, participant]) => participant!).sort();
}

describe('the documentation', () => {
  it('has a README of at most 150 lines', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150);
  });

  it.each(readdirSync(join(root, 'docs/diagrams')))('shows the diagram %s in docs/architecture.md', (name) => {
    expect(read('docs/architecture.md')).toContain(`\`\`\`mermaid\n${read(`docs/diagrams/${name}`).trim()}\n\`\`\``);
  });

  it.each([
    ['rent-movies', 'src/rentals/rentals.service.ts'],
    ['add-movie-with-stock', 'src/movies/movies.service.ts'],
  ])('draws in %s the participants of the code', (diagram, service) => {
    expect(participantsIn(`docs/diagrams/${diagram}.mmd`)).toEqual(participantsOf(service));
  });

  it.each(['README.md', '.env.example'])('lists every environment variable in %s with its default', (file) => {
    const variables = [
      ...read('src/platform/config/environment.ts').matchAll(/^ {2}([A-Z_]+)(?:: \w+)? = '?([^';]+)'?;/gm),
    ];
    expect(variables.length).toBeGreaterThan(3);
    const text = read(file);
    for (const [, name, value] of variables) {
      expect(text).toMatch(
        file === 'README.md' ? new RegExp(`\\| \`${name}\` +\\| \`${value}\` `) : `${name}=${value}`,
      );
    }
  });

  it('names every folder of src, of the platform and of its parts in docs/architecture.md', () => {
    const tree = read('docs/architecture.md')
      .match(/^\| `(src|scripts).*/gm)!
      .join('\n');
    const folders = ['src', 'src/platform', 'src/platform/http', 'src/platform/database'].flatMap((parent) =>
      readdirSync(join(root, parent), { withFileTypes: true }).filter((entry) => entry.isDirectory()),
    );
    expect(folders.length).toBeGreaterThan(30);
    const missing = folders.filter(({ name }) => name !== 'platform' && !new RegExp(`[\`/]${name}\``).test(tree));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  const decisionFiles = readdirSync(join(root, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name));

  it('lists every decision in its index, with title, date and status', () => {
    const index = read('docs/decisions/README.md').replace(/ +\|/g, ' |');
    const rows = decisionFiles.map((name) => {
      const [, number, title, date, status] =
        /^# (\d+)\. (.+)\n\nDate: (\d{4}-\d\d-\d\d)\. Status: ([^\n]+)\.\n/.exec(read(`docs/decisions/${name}`)) ?? [];
      return `| ${number} | [${title}](${name}) | ${date} | ${status} |`;
    });
    expect(index.split('\n').filter((line) => /^\| \d/.test(line))).toEqual(rows);
  });

  it('links only to files that exist', () => {
    const pages = [
      'README.md',
      'CONTRIBUTING.md',
      'docs/architecture.md',
      'docs/operations.md',
      'docs/recipes.md',
      'docs/bench/README.md',
    ];
    const broken = [...pages, ...decisionFiles.map((name) => `docs/decisions/${name}`)].flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map(([, target]) => join(dirname(page), target!))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('has every decision to which the code refers', () => {
    const decisions = decisionFiles.map((name) => name.slice(0, 4));
    const references = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => [...read(`src/${path}`).matchAll(/docs\/decisions\/(\d{4})/g)].map(([, number]) => number));
    expect(references.length).toBeGreaterThan(0);
    expect(decisions).toEqual(expect.arrayContaining(references));
  });
});
