import { Clock } from '../../src/kernel/clock.js';
import { dataSourceOptions } from '../../ormconfig.js';
import { withUnmigratedDatabase } from '../../src/platform/database/with-database.js';
import { verify } from '../../src/platform/verification/verify.js';
import { shopInvariants } from '../../src/shop-invariants.js';
import { startService } from '../../scripts/servers/program.js';
import { openShop, type RunningShop } from '../support/app.js';
import { runCommand } from '../support/command.js';
import { freshDatabase, type FreshDatabase } from '../support/engine.js';
import { clerk } from '../support/shop.js';
import { until } from '../support/until.js';
import type { LineBody } from '../support/bodies.js';

const tenYearsMs = 10 * 365 * 24 * 60 * 60 * 1000;
const minuteMs = 60_000;

/** A shop whose clock was ten years ahead for two rentals, a closed one and an open one. */
describe('a clock that was ten years ahead', () => {
  let database: FreshDatabase;
  let shop: RunningShop;
  let clerks: ReturnType<typeof clerk>;
  beforeEach(async () => {
    database = await freshDatabase();
    shop = await openShop({ databaseUrl: database.url });
    clerks = clerk(shop.api);
  });
  afterEach(() => database.drop());

  const setAhead = (milliseconds: number) => (shop.app.get(Clock).now = () => new Date(Date.now() + milliseconds));
  const isRecent = (instant: string) => Math.abs(Date.parse(instant) - Date.now()) < minuteMs;
  const copiesOfMovie = async (stock: number): Promise<number[]> =>
    (await clerks.movie(stock))['copies'].map(({ id }: { id: number }) => id);

  const lineOf = ({ details }: Record<string, unknown>) => (details as LineBody[])[0]!.id;

  /** Returns the findings of verify, with their remedies. */
  const findings = async (): Promise<string> => {
    const found: string[] = [];
    await withUnmigratedDatabase(dataSourceOptions(database.url), (unitOfWork) =>
      verify(unitOfWork, shopInvariants, {
        report: ({ where, id, what, remedy }) => found.push(`${where} ${id}: ${what}. ${remedy}`),
        step: (_name, _total, work) => work(() => undefined),
      }),
    );
    return found.join('\n');
  };

  it('affects its own rental only: neither later rentals of the copy nor, through them, other copies', async () => {
    const [client, [wrong, other, third]] = [await clerks.client(), await copiesOfMovie(3)];
    setAhead(tenYearsMs);
    const ahead = await clerks.close((await clerks.rent(client['id'], wrong!)).id);
    expect(isRecent(ahead['creation_datetime'])).toBe(false);
    setAhead(0);
    for (const copies of [[wrong!, other!], [other!, third!], [wrong!]]) {
      const rent = await clerks.close((await clerks.rent(client['id'], ...copies)).id);
      const instants = (rent['details'] as LineBody[]).flatMap((line) => [line.lent_datetime, line.returned_datetime!]);
      for (const instant of [rent['creation_datetime'], rent['closed_datetime'], ...instants]) {
        expect(isRecent(instant)).toBe(true);
      }
    }
    await shop.close();
  });

  it('does not affect copies that are added to its rental later', async () => {
    const [client, [wrong, added]] = [await clerks.client(), await copiesOfMovie(2)];
    setAhead(tenYearsMs);
    const { id } = await clerks.rent(client['id'], wrong!);
    setAhead(0);
    const details = [{ movie_copy_id: wrong }, { movie_copy_id: added }];
    const { body } = await shop.api.put(`/movie_rents/${id}`).send({ client_id: client['id'], details }).expect(200);
    expect(isRecent(body.details[0].lent_datetime)).toBe(false);
    expect(isRecent(body.details[1].lent_datetime)).toBe(true);
    await shop.close();
  });

  it('is reported by verify and at the start, and repaired by npm run repair:instants', async () => {
    const [client, [closed, open, returned, missing]] = [await clerks.client(), await copiesOfMovie(4)];
    const [lost, before] = [await clerks.rent(client['id'], missing!), await clerks.rent(client['id'], returned!)];
    setAhead(tenYearsMs);
    const first = await clerks.close((await clerks.rent(client['id'], closed!)).id);
    const second = await clerks.rent(client['id'], open!);
    await clerks.close(before['id']);
    await shop.api.post(`/movie_rent_details/${lineOf(lost)}/lost`).expect(200);
    await shop.api.post(`/movie_rents/${lost['id']}/void`).send({ comment: 'Entered twice.' }).expect(200);
    setAhead(0);
    for (const copy of [closed!, returned!]) await clerks.close((await clerks.rent(client['id'], copy)).id);
    await shop.close();

    const inFuture = [
      `movie_rent ${first['id']}: its creation_datetime is `,
      `movie_rent ${second['id']}: its creation_datetime is `,
      `movie_rent_detail ${lineOf(first)}: its lent_datetime is `,
      `movie_rent_detail ${lineOf(second)}: its lent_datetime is `,
      `movie_rent_detail ${lineOf(first)}: its returned_datetime is `,
      `movie_rent_detail ${lineOf(before)}: its returned_datetime is `,
      `movie_rent_detail ${lineOf(lost)}: its lost_datetime is `,
      `movie_rent ${lost['id']}: its voided_datetime is `,
    ];
    const found = await findings();
    for (const finding of inFuture) expect(found).toContain(finding);
    expect(found).toContain('npm run repair:instants');

    const warning = 'Instants in the future: 8, ';
    const { service } = await startService({ DATABASE_URL: database.url });
    await until('the warning', () => service.stdout.includes(warning));
    await service.kill('SIGTERM');

    const repair = await runCommand('repair-instants', { DATABASE_URL: database.url });
    expect(repair.code).toBe(0);
    expect(repair.stdout).toContain('Corrected 8 instants');
    expect(repair.stdout).toContain(`movie_rent ${first['id']}: creation_datetime ${first['creation_datetime']} -> `);
    expect(await findings()).toBe('');

    shop = await openShop({ databaseUrl: database.url });
    for (const { id } of [first, second]) {
      const { body } = await shop.api.get(`/movie_rents/${id}`).expect(200);
      expect(isRecent(body.creation_datetime)).toBe(true);
      expect(body.is_closed).toBe(id === first['id']);
    }
    await shop.close();
  });
});
