import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../support/command.js';
import { isSqlite } from '../support/engine.js';
import { writeSakila } from '../support/sakila.js';

const databaseUrl = () => (isSqlite() ? 'sqlite:unused.sqlite' : process.env['TEST_DATABASE_URL']!);

/** Copy 1 is returned and lent again in the same second, and its rows are not in the order of time. */
const files = {
  'film.csv':
    'film_id,title,description,release_year,rental_duration,rental_rate\n' +
    '1,First Film,,1999,3,4.99\n2,Second Film,,2006,7,0.99\n',
  'rental.csv':
    'rental_id,rental_date,inventory_id,customer_id,return_date\n' +
    '3,2005-05-30 10:00:00,1,2,\n' +
    '1,2005-05-24 22:53:30,1,1,2005-05-30 10:00:00\n' +
    '2,2005-05-25 10:00:00,2,1,2005-05-26 10:00:00\n' +
    '4,2005-05-25 11:00:00,3,2,2005-06-02 00:00:00\n',
};

describe('npm run replay:sakila', () => {
  let folder: string;
  let drop: () => Promise<void>;
  beforeAll(async () => ({ folder, drop } = await writeSakila(files)));
  afterAll(() => drop());

  const run = (...args: string[]) => runCommand('replay-sakila', { DATABASE_URL: databaseUrl() }, args);

  async function runWith(policy: string) {
    const file = join(folder, 'policy.json');
    await writeFile(file, policy);
    return run(folder, '--policy', file);
  }

  const reportIn = (stdout: string): unknown => JSON.parse(stdout.trimEnd().split('\n').at(-1)!);

  it('prints the results of all check-outs and returns in the order of time', async () => {
    const { code, stdout } = await run(folder);
    expect(reportIn(stdout)).toEqual({
      check_outs: 4,
      refused: {},
      returns: 3,
      payments: 0,
      open_at_end: 1,
      clients_with_open: 1,
      peak_open: 3,
      peak_at: '2005-05-25T11:00:00.000Z',
      late_returns: 2,
      late_days: 3 + 1,
      balances: {},
    });
    expect(code).toBe(0);
  });

  it('counts the check-outs that the policy refuses by rule, and sends no returns for them', async () => {
    const { stdout } = await runWith('{"max_open_copies": 1}');
    expect(reportIn(stdout)).toMatchObject({
      check_outs: 2,
      refused: { limit_reached: 2 },
      returns: 2,
      open_at_end: 0,
      peak_open: 2,
    });
  });

  it('determines dates in the time zone of the policy', async () => {
    const { stdout } = await runWith('{"time_zone": "Europe/Berlin"}');
    // The rental of 22:53:30 UTC began on the next day in Berlin.
    expect(reportIn(stdout)).toMatchObject({ late_returns: 2, late_days: 2 + 1 });
  });

  it('ends with the response of the service if it refuses the policy', async () => {
    const { code, stdout, stderr } = await runWith('{"max_open_copies": -1}');
    expect(stderr).toMatch(/PUT \/shop refuses the policy: .*#\/max_open_copies/s);
    expect([code, stdout]).toEqual([1, '']);
  });

  it('refuses a policy that is not a JSON object', async () => {
    expect((await runWith('[]')).stderr).toMatch(/policy\.json is not a JSON object/);
    expect((await runWith('max_open_copies: 5')).stderr).toMatch(/policy\.json is not a JSON object/);
  });

  it('states its usage if an option is unknown', async () => {
    const { code, stderr } = await run('folder', '--policies', 'a.json');
    expect(stderr).toMatch(
      /^Unknown option '--policies'.*\nUsage: npm run replay:sakila -- <folder> \[--policy <file\.json>\]\n$/,
    );
    expect(code).toBe(1);
  });
});
