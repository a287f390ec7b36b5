import { CursorCipher } from '../../src/platform/http/paging/cursor.js';
import { ValidationPipe } from '../../src/platform/http/requests/validation.pipe.js';
import { ListMovies } from '../../src/movies/dto/list-movies.dto.js';

describe('the cache of validated queries', () => {
  const pipe = new ValidationPipe(new CursorCipher('secret'));
  const validate = (query: object): unknown => pipe.transform(query, { type: 'query', metatype: ListMovies });
  /** @private-api of movie-rental: ValidationPipe.queries */
  const { queries } = pipe as unknown as { queries: { readonly size: number; readonly calculatedSize: number } };

  it('returns the same DTO for the same query', () => {
    expect(validate({ limit: '20' })).toBe(validate({ limit: '20' }));
    expect(validate({ limit: '21' })).not.toBe(validate({ limit: '20' }));
  });

  it('is bounded in size for any queries', () => {
    for (let year = 0; year < 2_000; year++) validate({ year: String(year), title: 'x'.repeat(year % 100) || 'x' });
    expect(queries.calculatedSize).toBeLessThanOrEqual(64 * 1024);
    expect(queries.size).toBeGreaterThan(100);
  });

  it('does not store long queries', () => {
    const before = queries.size;
    expect(validate({ title: 'x'.repeat(250) })).not.toBe(validate({ title: 'x'.repeat(250) }));
    expect(queries.size).toBe(before);
  });
});
