import type { AddressInfo, Server } from 'node:net';
import { basename, dirname } from 'node:path';
import { createApp } from '../src/app.setup.js';
import { readEnvironment } from '../src/platform/config/environment.js';
import { UnitOfWork } from '../src/platform/database/unit-of-work.js';
import { withFreshDatabase } from './servers/fresh-database.js';
import { readInput, UnusableInput } from './support/input.js';
import { loadShop } from './import/load-shop.js';
import { Progress } from './support/progress.js';
import { replay, ReplayClock, type ReplayReport, send, type ShopIds } from './support/replay.js';
import { runCommand } from './support/run-command.js';
import { readSakila, readSakilaTerms } from './import/sakila.js';
import type { Shop } from './import/shop.js';
import { ShopStore } from './import/shop-store.js';

const usage = {
  command: 'npm run replay:sakila --',
  summary: 'Sends the rentals of the Sakila sample database, in the order of time, to a service on a new database.',
  positionals: ['<folder>'],
  options: {
    policy: { value: 'file.json', description: 'the rules of the shop: a JSON file with members of PUT /shop' },
  },
};
const policyRemedy = 'Name a JSON file with members of PUT /shop, such as {"max_open_copies": 5}.';

await runCommand(usage, async ({ positionals, options }) => {
  const folder = positionals[0]!;
  const { DATABASE_URL: databaseUrl } = readEnvironment(process.env);
  const policy = options.policy === undefined ? undefined : await readPolicy(options.policy);
  const [shop, terms] = await Promise.all([readSakila(folder), readSakilaTerms(folder)]);
  const movies = shop.movies.map((movie) => ({ ...movie, ...terms.get(movie.sourceId) }));
  const report = await withFreshDatabase(databaseUrl, (url) => replayOn(url, { ...shop, movies }, policy));
  console.log(JSON.stringify(report));
});

/** Starts the service on an empty database, stocks the shop and replays its rentals. */
async function replayOn(databaseUrl: string, shop: Shop, policy: object | undefined): Promise<ReplayReport> {
  const environment = readEnvironment({
    LOG_LEVEL: 'warn',
    ...process.env,
    ...{ HOST: '127.0.0.1', PORT: '0', ALLOWED_HOSTS: '', DATABASE_URL: databaseUrl, DATABASE_REPLICA_URL: '' },
  });
  const clock = new ReplayClock();
  const progress = new Progress();
  const app = await createApp(environment, { clock });
  try {
    const unitOfWork = app.get(UnitOfWork);
    await loadShop(unitOfWork, { ...shop, rents: [] }, progress);
    const server = (await app.listen(environment.PORT, environment.HOST)) as Server;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (policy !== undefined) await putPolicy(url, policy);
    return await replay(shop.rents, { url, clock, ids: await idsOf(unitOfWork, shop), progress });
  } finally {
    await app.close();
  }
}

/**
 * Members that the policy doesn't have stay those of a new shop.
 * @throws UnusableInput with the response of a service that refuses the policy
 */
async function putPolicy(url: string, policy: object): Promise<void> {
  const { document: present } = await send(url, 'GET', '/shop');
  const { status, document } = await send(url, 'PUT', '/shop', { ...(present as object), ...policy });
  if (status !== 200) throw new UnusableInput(`PUT /shop refuses the policy: ${JSON.stringify(document, null, 2)}`);
}

/** @throws UnusableInput */
async function readPolicy(file: string): Promise<object> {
  const text = await readInput(dirname(file), basename(file), policyRemedy);
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy === 'object' && policy !== null && !Array.isArray(policy)) return policy;
  } catch {
    // Rejected below, as any other text that is not a JSON object.
  }
  throw new UnusableInput(`${file} is not a JSON object. ${policyRemedy}`);
}

function idsOf(unitOfWork: UnitOfWork, { source, clients, copies }: Shop): Promise<ShopIds> {
  return unitOfWork.run({ store: ShopStore }, async ({ store }) => ({
    client: (await store.plan(source, 'client', clients)).idOf,
    copy: (await store.plan(source, 'movie_copy', copies)).idOf,
  }));
}
