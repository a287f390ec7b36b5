import { getMetadataArgsStorage } from 'typeorm';
import '../../ormconfig.js';

/**
 * The tables whose rows refer to a client or a movie. src/merging moves these rows, or they follow the rows that it moves,
 * or end with the duplicate; src/privacy exports and erases those of a client. Handle a new table there before you add it.
 */
const handled: Readonly<Record<string, readonly string[]>> = {
  clientId: ['api_key', 'client_block', 'movie_rent', 'movie_rent_detail'],
  movieId: ['movie_copy'],
};

describe.each(Object.entries(handled))('the column %s', (property, tables) => {
  it('is in those tables that merging and privacy handle, and in no other', () => {
    const storage = getMetadataArgsStorage();
    const targets = storage.columns.filter(({ propertyName }) => propertyName === property).map(({ target }) => target);
    const found = storage.tables.filter(({ target, type }) => type === 'regular' && targets.includes(target));
    expect(found.map(({ name }) => name!).sort()).toEqual(tables);
  });
});
