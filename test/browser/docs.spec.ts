import { existsSync } from 'node:fs';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { describeIf } from '../support/skipping.js';
import { createKey, everyScope } from '../support/auth/keys.js';
import { tags } from '../../src/platform/http/openapi/tags.js';
import { openDemoShop } from '../support/http/demo-shop.js';
import { scaled } from '../support/faults/faults.js';
import { operations } from '../support/http/operations.js';
import { until } from '../support/until.js';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Maximum height of an opened operation in pixels: two to three screens. */
const maxHeightPixels = 3000;
const groups = Object.keys(tags);

/** The first operation of each group and of each method: Swagger UI takes a second for each operation that it opens. */
const sample = operations.filter(
  ({ tag, method }, index) =>
    operations.findIndex((one) => one.tag === tag) === index ||
    operations.findIndex((one) => one.method === method) === index,
);
/** test/contract/examples.spec.ts sends the examples of every operation, without a browser. */
const executed = scaled({ short: sample, long: operations });

// A browser is not a dependency of this project.
const reasonToSkip = `/docs in a browser, since there is none at ${executablePath} (Debian's package chromium).`;

describeIf(existsSync(executablePath), reasonToSkip)('/docs in a browser', () => {
  let shop: Awaited<ReturnType<typeof openDemoShop>>;
  let token: string;
  const complaints: string[] = [];
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    shop = await openDemoShop();
    token = await createKey(shop.databaseUrl, everyScope);
    await until('the service knows of the key', async () => (await fetch(`${shop.url}/genres`)).status === 401);
    // CI runs as root, where Chromium's own sandbox can't.
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`${request.url()} could not be loaded`));
    await page.goto(`${shop.url}/docs`);
    await page.waitForSelector('.opblock-tag');
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });
  afterEach(() => expect(complaints).toEqual([]));

  it('is served under security headers', async () => {
    const { headers } = await shop.api.get('/docs').expect(200);
    expect(headers['content-security-policy']).toMatch(/default-src 'self';.*script-src 'self';/);
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
  });

  it('groups the operations by task, daily work first', async () => {
    const headings = await page.locator('.opblock-tag').all();
    expect(await Promise.all(headings.map((heading) => heading.getAttribute('data-tag')))).toEqual(groups);
  });

  it('links to the OpenAPI document and to the problem types, relative to its own URL', async () => {
    const links = await page.locator('.links a').all();
    expect(await Promise.all(links.map((link) => link.getAttribute('href')))).toEqual([
      './docs/../openapi.json',
      './docs/../problems',
    ]);
    for (const link of links) {
      const target = await link.evaluate((anchor) => (anchor as { href?: string }).href!);
      expect((await fetch(target)).status).toBe(200);
    }
  });

  it('marks the deprecated operations', async () => {
    const marked = await page.locator('.opblock-deprecated').all();
    const ids = await Promise.all(marked.map((operation) => operation.getAttribute('id')));
    expect(ids).toEqual(['operations-Movies-addMovieOldPath', 'operations-Genres-updateGenreOldPath']);
    const label = '.opblock-deprecated .opblock-summary-description';
    const shown = await page.evaluate(`getComputedStyle(document.querySelector('${label}'), '::before').content`);
    expect(shown).toContain('Deprecated');
  });

  it('sends the credential of Authorize with every request', async () => {
    for (const group of groups) await toggle(group);
    await toggle('Genres');
    const operation = await opened('Genres', 'listGenres');
    expect(await execute(operation)).toMatch(/^401/);
    expect(complaints.splice(0)).toEqual([expect.stringContaining('401')]);
    await page.locator('.auth-wrapper .btn.authorize').first().dispatchEvent('click');
    await page.locator('.auth-container input').fill(token);
    await page.locator('.auth-container button.authorize').dispatchEvent('click');
    await page.locator('.modal-ux button.close-modal').dispatchEvent('click');
    await operation.locator('button.btn-clear').dispatchEvent('click');
    expect(await execute(operation)).toMatch(/^200/);
    await close(operation);
    await toggle('Genres');
  });

  it('executes operations with their examples on the data of npm run demo, and shows them briefly', async () => {
    const tried = [];
    for (const group of groups) {
      await toggle(group);
      for (const { operationId, tag } of executed.filter((operation) => operation.tag === group)) {
        const operation = await opened(tag, operationId);
        const { height } = (await operation.boundingBox())!;
        const status = await execute(operation);
        tried.push({ operationId, isDone: /^20[014]/.test(status), isShort: height < maxHeightPixels });
        await close(operation);
      }
      await toggle(group);
    }
    const byId = (one: { operationId: string }, other: { operationId: string }) =>
      one.operationId < other.operationId ? -1 : 1;
    const expected = executed.map(({ operationId }) => ({ operationId, isDone: true, isShort: true }));
    expect(tried.sort(byId)).toEqual(expected.sort(byId));
  });

  it('executes a change and an addition twice', async () => {
    for (const [group, id, status] of [
      ['Genres', 'changeGenre', /^200/],
      ['Movies', 'addMovie', /^201/],
    ] as const) {
      await toggle(group);
      const operation = await opened(group, id);
      for (const _ of [1, 2]) expect(await execute(operation)).toMatch(status);
      await close(operation);
    }
  });

  /** Shows or hides the operations of a group. On every click, Swagger UI renders all operations that are shown. */
  const toggle = (group: string) => page.locator(`.opblock-tag[data-tag="${group}"]`).dispatchEvent('click');

  /** Shows what is in an operation, whose group is shown. */
  async function opened(group: string, operationId: string): Promise<Locator> {
    const operation = page.locator(`[id="operations-${group}-${operationId}"]`);
    await operation.locator('.opblock-summary-control').dispatchEvent('click');
    await operation.locator('.responses-table').first().waitFor();
    return operation;
  }

  const close = (operation: Locator) => operation.locator('.opblock-summary-control').dispatchEvent('click');
});

/**
 * Clicks Execute, and returns the status of the response. Dispatches only the click event: scrolling to each button, and
 * waiting until it is stable, takes a minute.
 */
async function execute(operation: Locator): Promise<string> {
  const answered = operation.page().waitForResponse(() => true);
  await operation.locator('button.execute').dispatchEvent('click');
  await answered;
  const live = operation.locator('.live-responses-table .response .response-col_status').first();
  await live.waitFor();
  return live.innerText();
}
