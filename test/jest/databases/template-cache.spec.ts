import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedTemplate } from './template-cache.js';

describe('the cache of template databases', () => {
  let name: string;
  const created: string[] = [];
  beforeEach(() => (name = `spec-${randomUUID()}`));
  afterEach(async () => {
    for (const folder of created.splice(0)) await rm(folder, { recursive: true, force: true });
  });

  const provide = async (text: string): Promise<string> => {
    const folder = await cachedTemplate(name, async (unfinished) => {
      created.push(unfinished);
      await writeFile(join(unfinished, 'text'), text);
    });
    created.push(folder);
    return readFile(join(folder, 'text'), 'utf8');
  };

  it('creates a template once', async () => {
    expect(await provide('first')).toBe('first');
    expect(await provide('second')).toBe('first');
  });

  it('returns one template to concurrent runs that create it', async () => {
    const texts = await Promise.all(['a', 'b', 'c', 'd'].map(provide));
    expect(new Set(texts).size).toBe(1);
    expect([...new Set(created)].filter((folder) => existsSync(folder))).toHaveLength(1);
  });

  it('does not return a template whose creation failed', async () => {
    const failed = cachedTemplate(name, async (unfinished) => {
      created.push(unfinished);
      await writeFile(join(unfinished, 'text'), 'incomplete');
      throw new Error('killed');
    });
    await expect(failed).rejects.toThrow('killed');
    expect(await provide('complete')).toBe('complete');
  });
});
