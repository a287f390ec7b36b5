import { PassThrough } from 'node:stream';
import { readDatasets } from '../../../scripts/import/datasets.js';
import { loadShop } from '../../../scripts/import/load-shop.js';
import { Progress } from '../../../scripts/support/progress.js';
import { UnitOfWork } from '../../../src/platform/database/unit-of-work.js';
import { openShop } from '../app.js';

/** Opens a shop with the data that `npm run demo` serves. */
export async function openDemoShop(): ReturnType<typeof openShop> {
  const shop = await openShop();
  await loadShop(shop.app.get(UnitOfWork), await readDatasets('datasets'), new Progress(new PassThrough()));
  return shop;
}
