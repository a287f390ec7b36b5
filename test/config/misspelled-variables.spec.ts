import { startService } from '../../scripts/servers/program.js';
import { environmentWarnings, InvalidEnvironment, readEnvironment } from '../../src/platform/config/environment.js';
import { describeStartFailure } from '../../src/platform/process/start-failure.js';
import { freshDatabase } from '../support/engine.js';

describe('a misspelled environment variable', () => {
  it.each([
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE__URL', 'DATABASE_URL'],
    ['DATABASEURL', 'DATABASE_URL'],
    ['DATABASE-URL', 'DATABASE_URL'],
    ['database_url', 'DATABASE_URL'],
    ['Database_Url', 'DATABASE_URL'],
    ['DATABASE_REPLCIA_URL', 'DATABASE_REPLICA_URL'],
    ['CORS_ORIGNS', 'CORS_ORIGINS'],
    ['CORS_ORIGINSS', 'CORS_ORIGINS'],
    ['SHUTDOWN_GRACE_SM', 'SHUTDOWN_GRACE_MS'],
    ['LOG_LEVLE', 'LOG_LEVEL'],
    ['log_level', 'LOG_LEVEL'],
  ])('%s is refused, and %s is named', (found, meant) => {
    const reading = () => readEnvironment({ [found]: 'postgres://u:s3cret@h/shop' });
    expect(reading).toThrow(InvalidEnvironment);
    expect(reading).toThrow(`${found} is not a variable of this service, but ${meant} is`);
    expect(reading).not.toThrow('s3cret');
  });

  it.each([
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['LOG_LEVELS', 'LOG_LEVEL'],
    ['PROT', 'PORT'],
    ['port', 'PORT'],
    ['PORTS', 'PORT'],
    ['HSOT', 'HOST'],
  ])('%s only leads to a warning that names %s, since other programs may read it', (found, meant) => {
    expect(() => readEnvironment({ [found]: 'x' })).not.toThrow();
    expect(environmentWarnings({ [found]: 'x' })).toEqual([
      `The environment variable ${found} is ignored. If ${meant} is meant, rename it.`,
    ]);
  });

  it.each([
    'HOSTNAME',
    'HOSTTYPE',
    'PATH',
    'PWD',
    'HOME',
    'POSTGRES_PASSWORD',
    'PGHOST',
    'PGPORT',
    'NODE_ENV',
    'DATABASE_PORT',
    'DATABASE_PASSWORD',
    'MOVIE_RENTAL_PORT',
    'MOVIE_RENTAL_SERVICE_HOST',
    'MOVIE_RENTAL_SERVICE_PORT_HTTP',
    'KUBERNETES_PORT',
    'REDIS_URL',
    'LOG_FORMAT',
    'npm_config_loglevel',
  ])('is not assumed for %s', (name) => {
    expect(() => readEnvironment({ [name]: 'tcp://10.0.0.1:80' })).not.toThrow();
    expect(environmentWarnings({ [name]: 'tcp://10.0.0.1:80' })).toEqual([]);
  });

  it('is neither refused nor warned of if it is empty, or the right one is set as well', () => {
    for (const variables of [
      { DATABASE_ULR: '' },
      { DATABASE_ULR: 'x', DATABASE_URL: 'sqlite:x', PORTS: '1', PORT: '1' },
    ]) {
      expect(() => readEnvironment(variables)).not.toThrow();
      expect(environmentWarnings(variables)).toEqual([]);
    }
  });

  it('is the reason why the service cannot start', () => {
    const reading = () => readEnvironment({ DATABASE_ULR: 'sqlite:/nowhere/shop.sqlite', PORT: '0' });
    const reason = /^The service can't start\. The configuration is invalid:\n {2}DATABASE_ULR is not/;
    expect(failureOf(reading)).toMatch(reason);
  });

  it('that may belong to another program is named in the log of the running service', async () => {
    const database = await freshDatabase();
    const { service } = await startService({ DATABASE_URL: database.url, CORS_ORIGIN: 'https://desk.example' });
    await service.kill('SIGTERM');
    await database.drop();
    expect(service.stdout).toContain('The environment variable CORS_ORIGIN is ignored. If CORS_ORIGINS is meant');
  });
});

/** Returns the output of the service if its start fails in this way. */
function failureOf(start: () => unknown): string {
  try {
    start();
    return '';
  } catch (error) {
    return describeStartFailure(error);
  }
}
