import { PassThrough } from 'node:stream';
import { dataSourceOptions } from '../../../ormconfig.js';
import { copyShop } from '../../../scripts/support/copy-shop.js';
import { loadShop } from '../../../scripts/import/load-shop.js';
import { Progress } from '../../../scripts/support/progress.js';
import { readSakila } from '../../../scripts/import/sakila.js';
import { withDatabase, withReadOnlyDatabase } from '../../../src/platform/database/with-database.js';
import { emptyDatabase, freshFile } from '../../support/engine.js';
import { hasSakila, sakilaFolder, sakilaIsMissing } from '../../support/sakila.js';
import { describeIf } from '../../support/skipping.js';

const silent = new Progress(new PassThrough());

const copy = (from: string, to: string) =>
  withReadOnlyDatabase(dataSourceOptions(from), (source) =>
    withDatabase(dataSourceOptions(to), (target) => copyShop(source, target, silent)),
  );

describeIf(hasSakila, sakilaIsMissing)('Sakila', () => {
  it('is equal row by row after copies from SQLite to PostgreSQL and back', async () => {
    const [here, there, back] = [await freshFile(), await emptyDatabase(), await freshFile()];
    await withDatabase(dataSourceOptions(here.url), async (unitOfWork) =>
      loadShop(unitOfWork, await readSakila(sakilaFolder), silent),
    );
    const moved = await copy(here.url, there.url);
    expect(moved).toContainEqual(expect.objectContaining({ name: 'movie_rent_detail', rows: 16_044 }));
    expect(await copy(there.url, back.url)).toEqual(moved);
    for (const database of [here, there, back]) await database.drop();
  });
});
