import { randomBytes } from 'node:crypto';
import { SpooledDocument } from '../../src/platform/http/responses/spooled-document.js';

describe('a spooled document', () => {
  it('fails if it is too large when compressed, and reads no further', async () => {
    let chunks = 0;
    async function* noise(): AsyncGenerator<string[]> {
      for (; chunks < 1_000; chunks++) yield [await Promise.resolve(randomBytes(1_000).toString('hex'))];
    }
    const limit = 5_000;
    await expect(SpooledDocument.write({ noise: noise() }, limit)).rejects.toThrow(
      'A spooled document exceeds 5000 bytes compressed.',
    );
    expect(chunks).toBeLessThan(1_000);
  });

  it('fails as its parts do', async () => {
    async function* failing(): AsyncGenerator<string[]> {
      yield ['first'];
      throw await Promise.resolve(new Error('The database is gone.'));
    }
    await expect(SpooledDocument.write({ rows: failing() })).rejects.toThrow('The database is gone.');
  });
});
