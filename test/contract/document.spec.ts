import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Schemas } from '../support/http/contract.js';
import { committedDocument, read, root } from '../support/project.js';
import { useShop } from '../support/shop.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- walks a document of any shape */
const document: any = committedDocument();

const operations = Object.entries<any>(document.paths).flatMap(([path, item]) =>
  Object.entries<any>(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, ...operation })),
);

/** Yields every media type of the document with examples, and its pointer. */
function* medias(node: any, path: string): Generator<[path: string, media: any]> {
  if (typeof node !== 'object' || node === null) return;
  if (node.schema && node.examples) yield [path, node];
  for (const [name, child] of Object.entries(node)) {
    yield* medias(child, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

/** Yields the members of each problem schema of the document. */
function* problems(node: any): Generator<any> {
  if (typeof node !== 'object' || node === null) return;
  if (node.properties?.type?.const) yield node.properties;
  for (const child of Object.values(node)) yield* problems(child);
}

describe('the OpenAPI document', () => {
  const shop = useShop();

  it('is committed as generated from the code by npm run openapi', async () => {
    expect(document).toEqual((await shop.api.get('/openapi.json').expect(200)).body);
  });

  it('has only examples that match their schemas', () => {
    const schemas = new Schemas(document);
    const shown = [...medias(document, '')];
    const wrong = shown.flatMap(([path, { examples }]) =>
      Object.values<any>(examples).flatMap(({ value }) => [...schemas.violationsOf(`${path}/schema`, value)]),
    );
    expect(wrong).toEqual([]);
    expect(shown.length).toBeGreaterThan(100);
  });

  it.each(operations)('documents the purpose of $name, with examples of requests and responses', (operation) => {
    expect(operation.operationId).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
    expect(operation.summary).toMatch(/^[A-Z].*[^.]$/);
    expect(operation.description).toMatch(/\.$/);
    const bodies = [operation.requestBody, operation.responses[200], operation.responses[201]].filter(Boolean);
    const json = bodies.flatMap(({ content }) => content['application/json'] ?? []);
    for (const { examples } of json) expect(Object.keys(examples).length).toBeGreaterThan(0);
  });

  it('has no empty schema', () => {
    const bare = Object.entries<any>(document.components.schemas)
      .filter(([, schema]) => !schema.enum && !schema.anyOf && Object.keys(schema.properties ?? {}).length === 0)
      .map(([name]) => name);
    expect(bare).toEqual([]);
  });
});

describe('problem pages', () => {
  const shop = useShop();
  const names = [...new Set([...problems(document)].map(({ type }) => type.const.replace('/problems/', '')))].sort();
  const pages = readdirSync(join(root, 'docs/problems'))
    .map((file) => file.replace('.md', ''))
    .sort();

  it('exist for every problem type, and for nothing else', () => {
    expect(pages).toEqual(names);
  });

  it.each(pages)('explain the cause and the remedy of %s at the URL of its type', async (name) => {
    const page = read(`docs/problems/${name}.md`);
    expect(page).toMatch(/^# .+\n\nAnswered with status \d{3}\.\n\n## What happened\n\n.+\n\n## What to do\n\n- /s);
    const { text } = await shop.api.get(`/problems/${name}`).expect('Content-Type', /^text\/markdown/);
    expect(text).toBe(page);
  });

  it.each(pages)('show the title and the status of %s', (name) => {
    const { title, status } = [...problems(document)].find(({ type }) => type.const === `/problems/${name}`);
    expect(read(`docs/problems/${name}.md`)).toContain(`# ${title.const}\n\nAnswered with status ${status.const}.`);
  });

  const browser = 'text/html,application/xhtml+xml,*/*;q=0.8';

  it.each(pages)('are available as JSON: %s', async (name) => {
    const { body } = await shop.api
      .get(`/problems/${name}`)
      .set('Accept', 'application/json')
      .expect(200)
      .expect('Content-Type', /^application\/json/);
    const { title, status } = [...problems(document)].find(({ type }) => type.const === `/problems/${name}`);
    expect(body).toMatchObject({ type: `/problems/${name}`, title: title.const, status: status.const });
    expect(read(`docs/problems/${name}.md`)).toBe(
      `# ${body.title}\n\nAnswered with status ${body.status}.\n\n## What happened\n\n${body.what_happened}\n\n` +
        `## What to do\n\n${body.what_to_do}\n`,
    );
  });

  it('are listed under /problems, as JSON and as HTML, with links to them', async () => {
    const { body } = await shop.api
      .get('/problems')
      .expect(200)
      .expect('Content-Type', /^application\/json/);
    expect(body.map(({ type }: any) => type)).toEqual(pages.map((name) => `/problems/${name}`));
    for (const each of body) {
      expect((await shop.api.get(each.type).set('Accept', 'application/json')).body).toEqual(each);
    }
    const { text } = await shop.api
      .get('/problems')
      .set('Accept', browser)
      .expect('Content-Type', /^text\/html/);
    const links = [...text.matchAll(/<a href="([^"]+)">/g)].map(([, link]) => link);
    expect(links.sort()).toEqual(pages.map((name) => `/problems/${name}`));
    const page = await shop.api.get(links[0]!).set('Accept', browser).expect(200);
    expect(page.text).toContain('<a href="/problems">');
    await shop.api
      .get('/problems')
      .set('Accept', 'text/markdown')
      .expect('Content-Type', /^text\/markdown/);
  });

  it('render their tables as tables', async () => {
    const { text } = await shop.api.get('/problems/invalid-input').set('Accept', browser);
    expect(text).toContain('<th>meaning</th>');
    expect(text).not.toMatch(/^\||\|</m);
  });

  it('are sent to browsers as HTML', async () => {
    const { text } = await shop.api
      .get('/problems/copy-already-rented')
      .set('Accept', 'text/html,application/xhtml+xml,*/*;q=0.8')
      .expect('Content-Type', /^text\/html/);
    expect(text).toContain('<h1>Copy already rented</h1>');
    expect(text).toContain('<code>{&quot;movie_id&quot;: 1}</code>');
  });
});
