import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from '../support/project.js';

/** The names a service gives its participants, as in "copies: MovieCopyRepository". */
function participantsOf(service: string): string[] {
  const [, members] = /^const participants = \{([^}]*)\}/m.exec(read(service))!;
  return [...members!.matchAll(/(\w+: \w+)/g)].map(([participant]) => participant).sort();
}

function participantsIn(diagram: string): string[] {
  return [...read(diagram).matchAll(/participant \w+ as (.+)/g)].map(([, participant]) => participant!).sort();
}

describe('the documentation', () => {
  it.each(readdirSync(join(root, 'docs/diagrams')))('shows the diagram %s in the README as it is', (name) => {
    expect(read('README.md')).toContain(`\`\`\`mermaid\n${read(`docs/diagrams/${name}`).trim()}\n\`\`\``);
  });

  it.each([
    ['rent-movies', 'src/rentals/rentals.service.ts'],
    ['add-movie-with-stock', 'src/movies/movies.service.ts'],
  ])('draws in %s the participants that the code names', (diagram, service) => {
    expect(participantsIn(`docs/diagrams/${diagram}.mmd`)).toEqual(participantsOf(service));
  });

  it.each(['README.md', '.env.example'])('lists every environment variable in %s with its default', (file) => {
    const variables = [
      ...read('src/platform/config/environment.ts').matchAll(/^ {2}([A-Z_]+)(?:: \w+)? = '?([^';]+)'?;/gm),
    ];
    expect(variables.length).toBeGreaterThan(3);
    const said = read(file);
    for (const [, name, value] of variables) {
      expect(said).toMatch(
        file === 'README.md' ? new RegExp(`\\| \`${name}\` +\\| \`${value}\` `) : `${name}=${value}`,
      );
    }
  });

  it('has every decision that the code refers to', () => {
    const decisions = readdirSync(join(root, 'docs/decisions')).map((name) => name.slice(0, 4));
    const references = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => [...read(`src/${path}`).matchAll(/docs\/decisions\/(\d{4})/g)].map(([, number]) => number));
    expect(references.length).toBeGreaterThan(0);
    expect(decisions).toEqual(expect.arrayContaining(references));
  });
});
