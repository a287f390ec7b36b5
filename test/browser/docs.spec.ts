import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { describeIf } from '../support/skipping.js';
import { useShop } from '../support/shop.js';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const groups = ['Lending', 'Movies', 'Stock', 'Clients', 'Genres', 'Service'];

// A browser is no dependency of this project.
const whyNot = `/docs in a browser, since there is none at ${executablePath} (Debian's package chromium).`;

describeIf(existsSync(executablePath), whyNot)('/docs in a browser', () => {
  const shop = useShop();
  const complaints: string[] = [];
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
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
  afterAll(() => browser.close());
  afterEach(() => expect(complaints).toEqual([]));

  it('is served under security headers', async () => {
    const { headers } = await shop.api.get('/docs').expect(200);
    expect(headers['content-security-policy']).toMatch(/default-src 'self';.*script-src 'self';/);
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
  });

  it('groups the operations by what people do, daily work first', async () => {
    const headings = await page.locator('.opblock-tag').all();
    expect(await Promise.all(headings.map((heading) => heading.getAttribute('data-tag')))).toEqual(groups);
  });

  it.each(groups)('opens the first and the last operation of %s', async (group) => {
    const section = page.locator('.opblock-tag-section', { has: page.locator(`[data-tag="${group}"]`) });
    for (const operation of [section.locator('.opblock').first(), section.locator('.opblock').last()]) {
      const summary = operation.locator('.opblock-summary-control');
      await summary.click();
      await operation.locator('.responses-table').first().waitFor();
      expect(await operation.locator('.opblock-description').innerText()).toMatch(/\.$/);
      // Long pages are slow pages.
      await summary.click();
    }
  });

  it('tries out renting a copy with the example that is filled in', async () => {
    await shop.clerk.movie(1);
    await shop.clerk.client();
    const renting = page.locator('[id="operations-Lending-rentMovies"]');
    await renting.locator('.opblock-summary-control').click();
    const body = renting.locator('.body-param__text');
    expect(JSON.parse(await body.inputValue())).toEqual({ client_id: 1, details: [{ movie_copy_id: 1 }] });
    await renting.locator('button.execute').click();
    const live = renting.locator('.live-responses-table .response');
    await live.waitFor();
    expect(await live.locator('.response-col_status').innerText()).toMatch(/^201/);
    expect((await shop.api.get('/movie_rents')).body).toMatchObject([{ client_id: 1, is_closed: false }]);
  });

  it('tries out finding a movie by a part of its title', async () => {
    const listing = page.locator('[id="operations-Movies-listMovies"]');
    await listing.locator('.opblock-summary-control').click();
    await listing.locator('button.execute').click();
    const live = listing.locator('.live-responses-table .response');
    await live.waitFor();
    expect(await live.locator('.response-col_status').innerText()).toMatch(/^200/);
  });
});
