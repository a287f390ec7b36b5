import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { openSecuredShop } from '../support/keys.js';
import { describeIf } from '../support/skipping.js';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const whyNot = `Authorize in /docs, since there is no browser at ${executablePath} (Debian's package chromium).`;

describeIf(existsSync(executablePath), whyNot)('Authorize in /docs', () => {
  it('sends the credential with every request', async () => {
    const shop = await openSecuredShop();
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const page = await browser.newPage();
    await page.goto(`${shop.url}/docs#/Genres/listGenres`);
    const operation = page.locator('#operations-Genres-listGenres');
    const statusOfExecution = async (): Promise<number> => {
      const response = page.waitForResponse((each) => new URL(each.url()).pathname === '/genres');
      await operation.locator('button.execute').click();
      return (await response).status();
    };
    expect(await statusOfExecution()).toBe(401);
    await page.locator('.auth-wrapper .btn.authorize').first().click();
    await page.locator('.auth-container input').fill(shop.token);
    await page.locator('.auth-container button.authorize').click();
    await page.locator('.modal-ux button.close-modal').click();
    expect(await statusOfExecution()).toBe(200);
    await browser.close();
    await shop.close();
  });
});
