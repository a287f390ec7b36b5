import { plainToInstance } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  validateSync,
} from 'class-validator';
import { findMisspellings } from './misspelled-variables.js';
import { IsAddressList, IsDatabaseUrl, IsKeySetUrl, IsOriginList, IsPublicUrl, NeedsTogether } from './rules.js';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

const visibilities = ['public', 'loopback', 'authenticated'] as const;
export type Visibility = (typeof visibilities)[number];

/** The service's configuration, read from environment variables of the same names. Documented in the README's table. */
export class Environment {
  /** The address to listen on. */
  @IsString()
  @IsNotEmpty()
  HOST = '127.0.0.1';

  /** The TCP port to listen on; 0 lets the system choose. */
  @IsInt({ message: 'PORT must be a whole number' })
  @Min(0)
  @Max(65535)
  PORT = 3000;

  /** The database: `sqlite:<path>`, relative to the working directory, or a PostgreSQL URL. */
  @IsDatabaseUrl()
  DATABASE_URL = 'sqlite:data/movie-rental.sqlite';

  /** A streaming replica of the PostgreSQL database, for reads; empty for none. */
  @ValidateIf((_, url) => url !== '')
  @IsDatabaseUrl()
  @ValidateBy(
    { name: 'isPostgres', validator: { validate: (url) => !String(url).startsWith('sqlite:') } },
    { message: 'DATABASE_REPLICA_URL must be postgres://<user>:<password>@<host>:<port>/<database>' },
  )
  @ValidateBy(
    {
      name: 'hasPrimary',
      validator: { validate: (_, context) => !(context!.object as Environment).DATABASE_URL.startsWith('sqlite:') },
    },
    { message: 'DATABASE_REPLICA_URL needs a PostgreSQL database in DATABASE_URL: a SQLite file has no replica' },
  )
  DATABASE_REPLICA_URL = '';

  /** CORS: origins whose pages may use the service from a browser, separated by commas, or `*`; empty for none. */
  @IsOriginList()
  CORS_ORIGINS = '';

  /** HTTP pipelining: maximum requests in flight on one connection. */
  @IsInt({ message: 'MAX_PIPELINED_REQUESTS must be a whole number' })
  @Min(1)
  @Max(100)
  MAX_PIPELINED_REQUESTS = 4;

  /** Milliseconds in which a client has to read its response, or as much of it as MIN_SEND_RATE requires. */
  @IsInt({ message: 'SEND_TIMEOUT_MS must be a whole number of milliseconds' })
  @Min(100)
  @Max(600_000)
  SEND_TIMEOUT_MS = 20000;

  /** Minimum rate at which a client has to read its response: bytes per second, averaged over SEND_TIMEOUT_MS. */
  @IsInt({ message: 'MIN_SEND_RATE must be a whole number of bytes per second' })
  @Min(1)
  @Max(1_000_000)
  MIN_SEND_RATE = 1024;

  /**
   * Maximum bytes in memory on all connections together: responses that clients have not read, and unparsed requests.
   */
  @IsInt({ message: 'MAX_BUFFERED_BYTES must be a whole number of bytes' })
  @Min(1_000_000)
  @Max(4_000_000_000)
  MAX_BUFFERED_BYTES = 67108864;

  /**
   * Accepted values of the Host header field, without ports, separated by commas, or `*` for any. If empty: loopback
   * hosts on a loopback address, otherwise any.
   */
  @Matches(/^(|\*|[\w.:-]+(,[\w.:-]+)*)$/, {
    message: 'ALLOWED_HOSTS must be hosts such as shop.example or 10.0.0.7, without ports, separated by commas, or *',
  })
  ALLOWED_HOSTS = '';

  /**
   * The address at which clients reach the service behind a proxy: an absolute URL or a path. It prefixes all links.
   */
  @IsPublicUrl()
  PUBLIC_URL = '';

  /** Maximum connections; requests on further ones are rejected with 503. */
  @IsInt({ message: 'MAX_CONNECTIONS must be a whole number' })
  @Min(1)
  @Max(1_000_000)
  MAX_CONNECTIONS = 10000;

  /** Graceful shutdown: milliseconds in which readiness fails while new requests are still served. */
  @IsInt({ message: 'SHUTDOWN_GRACE_MS must be a whole number of milliseconds' })
  @Min(0)
  @Max(60_000)
  SHUTDOWN_GRACE_MS = 500;

  /**
   * Timeout of one statement in milliseconds: of reads on SQLite, of all statements on PostgreSQL. Exceeding it is a
   * 503.
   */
  @IsInt({ message: 'STATEMENT_TIMEOUT_MS must be a whole number of milliseconds' })
  @Min(100)
  @Max(600_000)
  STATEMENT_TIMEOUT_MS = 5000;

  /** Size of SQLite's write-ahead log, in MiB, above which new reads wait until it is truncated. */
  @IsInt({ message: 'WAL_LIMIT_MB must be a whole number of MiB' })
  @Min(1)
  @Max(1_000_000)
  WAL_LIMIT_MB = 64;

  /** Maximum writes, and likewise reads, in the queue for the database; further ones are rejected with 503. */
  @IsInt({ message: 'MAX_WAITING must be a whole number' })
  @Min(1)
  @Max(100_000)
  MAX_WAITING = 1000;

  /** Milliseconds after which a request that still waits for the database is rejected with 503. */
  @IsInt({ message: 'WAIT_TIMEOUT_MS must be a whole number of milliseconds' })
  @Min(100)
  @Max(60_000)
  WAIT_TIMEOUT_MS = 5000;

  /** Rate limit: requests per minute of one caller, or of one address without a credential; 0 for no limit. */
  @Matches(/^\d{0,6}$/, { message: 'RATE_LIMIT must be a whole number of requests per minute, 0 for no limit' })
  RATE_LIMIT = '';

  /**
   * Proxies whose X-Forwarded-For is trusted: addresses or subnets, separated by commas. Without them, all clients
   * behind a proxy share its address.
   */
  @IsAddressList()
  TRUSTED_PROXIES = '';
  /** `production` requires authentication on loopback addresses, too. Set by images and platforms. */
  @IsString()
  NODE_ENV = '';

  /** Whether requests without a credential may do everything: `true` for a service behind a gateway that authenticates. */
  @IsIn(['true', 'false'], { message: 'ALLOW_ANONYMOUS must be true or false' })
  ALLOW_ANONYMOUS = 'false';

  /** Issuer of the JSON Web Tokens that are accepted (the claim iss); empty for none. */
  @IsString()
  @NeedsTogether('JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_JWKS_URL')
  JWT_ISSUER = '';

  /** The audience of the tokens (the claim aud): the name of this service at the issuer. */
  @IsString()
  @NeedsTogether('JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_JWKS_URL')
  JWT_AUDIENCE = '';

  /** URL of the issuer's JSON Web Key Set. */
  @IsKeySetUrl()
  @NeedsTogether('JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_JWKS_URL')
  JWT_JWKS_URL = '';

  /** Who may read /metrics: all callers, those on this machine or with a credential, those with a credential. */
  @IsIn(visibilities, { message: `METRICS_ACCESS must be one of ${visibilities.join(', ')}` })
  METRICS_ACCESS: Visibility = 'loopback';

  /** Who may read /docs and /openapi.json. */
  @IsIn(visibilities, { message: `DOCS_ACCESS must be one of ${visibilities.join(', ')}` })
  DOCS_ACCESS: Visibility = 'public';

  @IsIn(logLevels, { message: `LOG_LEVEL must be one of ${logLevels.join(', ')}` })
  LOG_LEVEL: LogLevel = 'info';
}

/** Returns the prefix of all links, from PUBLIC_URL, without a trailing slash. */
export const linkBaseOf = ({ PUBLIC_URL }: Environment): string => PUBLIC_URL.replace(/\/$/, '');

/** Requests per minute if RATE_LIMIT is empty and the address is not a loopback address. */
const defaultRateLimit = 600;

const isLoopback = (host: string): boolean => /^(localhost|::1|127\..*)$/i.test(host);

/** Returns the requests per minute of one caller; 0 for no limit. */
export const rateLimitOf = ({ RATE_LIMIT, HOST }: Environment): number =>
  RATE_LIMIT === '' ? (isLoopback(HOST) ? 0 : defaultRateLimit) : Number(RATE_LIMIT);

/** Thrown for an invalid configuration. The message names every invalid variable. */
export class InvalidEnvironment extends Error {}

/**
 * Reads the configuration; an empty variable counts as not set.
 * @throws InvalidEnvironment
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const values = Object.fromEntries(
    Object.entries(new Environment())
      .filter(([name]) => variables[name])
      .map(([name, ofDefault]) => [
        name,
        typeof ofDefault === 'number' ? wholeNumber(variables[name]!) : variables[name],
      ]),
  );
  const environment = plainToInstance(Environment, values, { exposeDefaultValues: true });
  const invalid = validateSync(environment).map(
    ({ property, constraints }) =>
      `  ${Object.values(constraints ?? {}).join(', ')}${displayValue(property, variables[property])}`,
  );
  const errors = [...invalid, ...misspellings(variables, true)];
  if (errors.length > 0) {
    throw new InvalidEnvironment(
      `The configuration is invalid:\n${errors.join('\n')}\nCorrect the environment variables; the README lists them all.`,
    );
  }
  return environment;
}

/** Returns warnings about variables that may be misspelled settings, or belong to another program. */
export function environmentWarnings(variables: NodeJS.ProcessEnv): string[] {
  return misspellings(variables, false);
}

function misspellings(variables: NodeJS.ProcessEnv, certain: boolean): string[] {
  return findMisspellings(variables, Object.keys(new Environment()))
    .filter(({ isCertain }) => isCertain === certain)
    .map(({ found, meant }) =>
      certain
        ? `  ${found} is not a variable of this service, but ${meant} is, and is unset. Rename it, or unset it`
        : `The environment variable ${found} is ignored. If ${meant} is meant, rename it.`,
    );
}

/** Returns the value for an error message if it cannot contain a secret: a single word, and never a URL. */
function displayValue(name: string, value: string | undefined): string {
  return value && /^[\w.+-]{1,20}$/.test(value) && !name.endsWith('URL') ? `; it is ${JSON.stringify(value)}` : '';
}

function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : NaN;
}
