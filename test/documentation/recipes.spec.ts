import { openShop, type RunningShop } from '../support/app.js';
import { type Curl, curlExamples, hasCurl, runByFetch, runInShell } from '../support/http/curl.js';
import { openDemoShop } from '../support/http/demo-shop.js';
import { read } from '../support/project.js';
import { describeIf } from '../support/skipping.js';

/**
 * Returns a matcher of a shown response, except ids of requests: it may omit members of objects, but no items of lists.
 */
function abridged(shown: unknown): unknown {
  if (Array.isArray(shown)) return shown.map(abridged);
  if (typeof shown !== 'object' || shown === null) return shown;
  return expect.objectContaining(
    Object.fromEntries(
      Object.entries(shown).map(([name, value]) => [
        name,
        name === 'request_id' ? expect.any(String) : abridged(value),
      ]),
    ),
  );
}

/** Returns the time of a heading such as "Friday, 6 November 2026, 16:05", in winter in Europe/Berlin. */
function instantOf(heading: string): string | undefined {
  const [, date, time] = /(\d+ \w+ \d{4}), (\d\d:\d\d)$/.exec(heading) ?? [];
  return date && new Date(`${date} ${time} GMT+0100`).toISOString();
}

async function follow(page: string, shop: RunningShop, curl: Curl): Promise<number> {
  const examples = curlExamples(read(page));
  for (const { headings, command, answers } of examples) {
    const instant = headings.map(instantOf).find(Boolean);
    if (instant) shop.clock.set(instant);
    // Further responses are those of the same command, repeated.
    for (const shown of answers.length > 0 ? answers : [undefined]) {
      const answer = await curl(command, shop.url);
      if (shown === undefined)
        expect([command, answer]).not.toEqual([
          command,
          expect.objectContaining({ type: expect.stringContaining('/problems/') }),
        ]);
      else expect([command, answer]).toEqual([command, abridged(shown)]);
    }
  }
  return examples.length;
}

const runners: [name: string, curl: Curl, canRun: boolean][] = [
  ['sent as curl sends them', runByFetch, true],
  ['in a shell', runInShell, hasCurl],
];

describe.each(runners)('the commands of the documentation, %s', (_, curl, canRun) => {
  describeIf(canRun, 'commands in a shell, because there is no curl 7.82 or later.')('are answered as shown', () => {
    it('in docs/recipes.md, on an empty shop', async () => {
      const shop = await openShop();
      expect(await follow('docs/recipes.md', shop, curl).finally(() => shop.close())).toBeGreaterThan(25);
    });

    it('in README.md, on the data of npm run demo', async () => {
      const shop = await openDemoShop();
      shop.clock.set('2026-11-23T16:18:10.611Z');
      expect(await follow('README.md', shop, curl).finally(() => shop.close())).toBe(2);
    });
  });
});
