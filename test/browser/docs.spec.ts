import { existsSync } from 'node:fs';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { describeIf } from '../support/skipping.js';
import { openDemoShop } from '../support/demo-shop.js';
import { scaled } from '../support/faults.js';
import { operations } from '../support/operations.js';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Maximum height of an opened operation in pixels: two to three screens. */
const maxHeight = 3000;
const groups = ['Lending', 'Movies', 'Stock', 'Clients', 'Genres', 'Shop', 'Record', 'Service'];

/** One operation of each method in each group: Swagger UI takes a second for each operation that it opens. */
const sample = operations.filter(
  ({ tag, method }, index) => operations.findIndex((one) => one.tag === tag && one.method === method) === index,
);
/** test/contract/examples.spec.ts sends the examples of every operation, without a browser. */
const executed = scaled({ short: sample, long: operations });

// A browser is not a dependency of this project.
const whyNot = `/docs in a browser, since there is none at ${executablePath} (Debian's package chromium).`;

describeIf(existsSync(executablePath), whyNot)('/docs in a browser', () => {
  let shop: Awaited<ReturnType<typeof openDemoShop>>;
  const complaints: string[] = [];
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    shop = await openDemoShop();
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

  it('executes operations with their examples on the data of npm run demo, and shows them briefly', async () => {
    for (const group of groups) await toggle(group);
    const tried = [];
    for (const group of groups) {
      await toggle(group);
      for (const { operationId, tag } of executed.filter((operation) => operation.tag === group)) {
        const operation = page.locator(`[id="operations-${tag}-${operationId}"]`);
        await operation.locator('.opblock-summary-control').dispatchEvent('click');
        await operation.locator('.responses-table').first().waitFor();
        const { height } = (await operation.boundingBox())!;
        const status = await execute(operation);
        tried.push({ operationId, isDone: /^20[014]/.test(status), isShort: height < maxHeight });
        await operation.locator('.opblock-summary-control').dispatchEvent('click');
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
      const operation = page.locator(`[id="operations-${group}-${id}"]`);
      await operation.locator('.opblock-summary-control').dispatchEvent('click');
      for (const _ of [1, 2]) expect(await execute(operation)).toMatch(status);
      await operation.locator('.opblock-summary-control').dispatchEvent('click');
    }
  });

  /** Shows or hides the operations of a group. On every click, Swagger UI renders all operations that are shown. */
  const toggle = (group: string) => page.locator(`.opblock-tag[data-tag="${group}"]`).dispatchEvent('click');
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
