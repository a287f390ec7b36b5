import { Program } from '../../scripts/servers/program.js';
import { InvalidEnvironment, readEnvironment } from '../../src/platform/config/environment.js';
import { describeStartFailure } from '../../src/platform/process/start-failure.js';
import dataSource, { dataSourceOptions } from '../../ormconfig.js';
import { runCommand } from '../support/command.js';
import { openDatabaseAt } from '../support/database/database.js';

/** Part of every secret in the URLs below. */
const secret = 's3c';
const form = 'postgres://<user>:<password>@<host>:<port>/<database>';

const refused: [name: string, url: string, rule: RegExp | string][] = [
  ['/ in the password', `postgres://u:${secret}/r3t@h:5432/shop`, '/ as %2F'],
  ['/ in the password after a number', `postgres://u:12/${secret}@h:5432/shop`, '/ as %2F'],
  ['# in the password', `postgres://u:${secret}#r3t@h/shop`, '# as %23'],
  ['# in the password after a number', `postgres://u:12#${secret}@h/shop`, '# as %23'],
  ['? in the password', `postgres://u:${secret}?r3t@h/shop`, '? as %3F'],
  ['% in the password', `postgres://u:${secret}%r3t@h/shop`, '% as %25'],
  ['% at the end of the password', `postgres://u:${secret}%@h/shop`, '% as %25'],
  ['bytes that are not UTF-8 in the password', `postgres://u:${secret}%FF@h/shop`, '% as %25'],
  ['a blank in the password', `postgres://u:${secret} r3t@h/shop`, 'a blank as %20'],
  ['two hosts', `postgres://u:${secret}@h1,h2/shop`, 'must name one host'],
  ['two hosts with ports', `postgres://u:${secret}@h1:5432,h2:5432/shop`, 'must name one host'],
  ['two hosts as a parameter', `postgres://u:${secret}@h/shop?host=h1,h2`, 'must name one host'],
  ['no host', `postgres://u:${secret}@/shop`, 'must name a host'],
  ['no database', `postgres://u:${secret}@h:5432`, 'must name a database'],
  ['an empty database', `postgresql://u:${secret}@h/?sslmode=require`, 'must name a database'],
  ['a path for a database', `postgres://u:${secret}@h/shop/public`, 'must name a database without any of /'],
  ['a port that is not a number', `postgres://u@h:${secret}/shop`, form],
  ['a port beyond 65535', `postgres://u:${secret}@h:65536/shop`, form],
  ['another scheme', `mysql://u:${secret}@h/shop`, `must be sqlite:<path> or ${form}`],
  ['one slash', `postgres:/u:${secret}@h/shop`, `must be sqlite:<path> or ${form}`],
  ['quotation marks', `"postgres://u:${secret}@h/shop"`, `must be sqlite:<path> or ${form}`],
  ['no scheme', secret, `must be sqlite:<path> or ${form}`],
  ['sqlite://', `sqlite://${secret}/x`, 'write sqlite:/<absolute path>'],
  ['sqlite:///', `sqlite:///${secret}/x`, 'write sqlite:/<absolute path>'],
  ['the home folder of a shell', `sqlite:~/${secret}`, 'write sqlite:/home/<user>/<path>'],
  ['no path', 'sqlite:', 'must name a file: sqlite:<path>'],
  ['a folder', `sqlite:${secret}/`, 'must name a file and not a folder'],
  ['memory', 'sqlite::memory:', 'must name a file by its path'],
  ['a URI of SQLite', `sqlite:file:${secret}`, 'must name a file by its path'],
  ['parameters of SQLite', `sqlite:${secret}?mode=memory`, 'must have no parameters'],
  ['a percent-encoded path', `sqlite:/my%20${secret}`, 'must not be percent-encoded'],
  ['blanks around a path', `sqlite: ${secret}`, 'must have no blanks around the path'],
];

describe('DATABASE_URL', () => {
  it.each(refused)('with %s is refused by its rule and never quoted', (_, url, rule) => {
    for (const name of ['DATABASE_URL', 'DATABASE_REPLICA_URL']) {
      if (url.startsWith('sqlite:') && name === 'DATABASE_REPLICA_URL') continue;
      const reading = () => readEnvironment({ DATABASE_URL: 'postgres://shop@h/shop', [name]: url });
      expect(reading).toThrow(InvalidEnvironment);
      expect(reading).toThrow(name);
      expect(reading).toThrow(rule);
      expect(reading).not.toThrow(secret);
      expect(reading).not.toThrow('r3t');
    }
  });

  it.each([
    'postgres://shop:s%2F%25%23%3F%40%3A%20@db.example:5432/shop',
    'postgresql://shop@[::1]:5432/shop',
    'postgres://shop:a@b@db.example/shop',
    'postgres://shop:secret@%2Frun%2Fpostgresql/shop',
    'postgres://db.example/shop?sslmode=require',
  ])('may be %s', (url) => {
    expect(readEnvironment({ DATABASE_URL: url }).DATABASE_URL).toBe(url);
    expect(() => dataSourceOptions(url)).not.toThrow();
  });

  it.each(['sqlite:data/shop.sqlite', 'sqlite:/srv/my shop/100% #1.sqlite', 'sqlite:./x', 'sqlite:C:\\shop.sqlite'])(
    'may be %s, whose path is taken literally',
    (url) => {
      expect(readEnvironment({ DATABASE_URL: url }).DATABASE_URL).toBe(url);
      expect(dataSourceOptions(url)).toMatchObject({ database: url.slice('sqlite:'.length) });
    },
  );

  const bad = `postgres://u:${secret}/r3t@h:5432/shop`;

  it('that is invalid ends the service with exit code 1 and its rule on stderr', async () => {
    const service = Program.start('src/main.js', { DATABASE_URL: bad });
    expect(await service.exited).toMatchObject({ code: 1 });
    expect(service.stderr).toContain('DATABASE_URL must have its user and password encoded');
    expect(service.stdout + service.stderr).not.toMatch(/s3c|r3t/);
  });

  it('that is invalid ends npm run verify with exit code 1 and its rule on stderr', async () => {
    const { code, stdout, stderr } = await runCommand('verify', { DATABASE_URL: bad });
    expect(code).toBe(1);
    expect(stderr).toContain('DATABASE_URL must have its user and password encoded');
    expect(stdout + stderr).not.toMatch(/s3c|r3t/);
  });

  it('that is invalid rejects the DataSource of the TypeORM CLI with its rule', async () => {
    const { env } = process;
    process.env = { DATABASE_URL: bad };
    const opening = Promise.resolve(dataSource).finally(() => (process.env = env));
    const { stack } = await opening.then(
      () => new Error('It was opened.'),
      (error: Error) => error,
    );
    expect(stack).toContain('DATABASE_URL must have its user and password encoded');
    expect(stack).not.toMatch(/s3c|r3t/);
  });

  it('that is invalid is refused by npm run copy', async () => {
    const good = 'sqlite:data/none.sqlite';
    const { code, stdout, stderr } = await runCommand('copy', {}, [good, `postgres://u:${secret}#r3t@h/shop`]);
    expect(code).toBe(1);
    expect(stderr).toContain('<to-url> must have its user and password encoded');
    expect(stdout + stderr).not.toMatch(/s3c|r3t/);
  });

  it('of an unreachable server is reported without user and password', async () => {
    const opening = openDatabaseAt(`postgres://r3t:${secret}@127.0.0.1:1/shop`);
    const failure = await opening.then(() => '', describeStartFailure);
    expect(failure).toMatch(/^The service can't start\. PostgreSQL can't be reached.*127\.0\.0\.1:1, database shop/);
    expect(failure).not.toMatch(/s3c|r3t/);
  });
});
