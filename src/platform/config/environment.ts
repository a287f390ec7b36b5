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
import { IsDatabaseUrl, IsOriginList, IsPublicUrl } from './rules.js';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The service's configuration, by environment variables of the same names. The README's table says the same. */
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

  /** Where the shop's truth is kept: `sqlite:<path>`, relative to the working directory, or a PostgreSQL database. */
  @IsDatabaseUrl()
  DATABASE_URL = 'sqlite:data/movie-rental.sqlite';

  /** A streaming replica of the PostgreSQL database, to read from; none where it is empty. */
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

  /** The origins whose pages may use the service from a browser, parted by commas, or `*`; none where it is empty. */
  @IsOriginList()
  CORS_ORIGINS = '';

  /** The requests of one connection that are in flight at a time (HTTP pipelining). */
  @IsInt({ message: 'MAX_PIPELINED_REQUESTS must be a whole number' })
  @Min(1)
  @Max(100)
  MAX_PIPELINED_REQUESTS = 4;

  /** Milliseconds in which a client has to take its answer, or as much of it as MIN_SEND_RATE amounts to. */
  @IsInt({ message: 'SEND_TIMEOUT_MS must be a whole number of milliseconds' })
  @Min(100)
  @Max(600_000)
  SEND_TIMEOUT_MS = 20000;

  /** Bytes per second, on an average of SEND_TIMEOUT_MS, at which a client has to take its answer. */
  @IsInt({ message: 'MIN_SEND_RATE must be a whole number of bytes per second' })
  @Min(1)
  @Max(1_000_000)
  MIN_SEND_RATE = 1024;

  /** Bytes of answers, and of requests not parsed, that may wait in memory on all connections together. */
  @IsInt({ message: 'MAX_BUFFERED_BYTES must be a whole number of bytes' })
  @Min(1_000_000)
  @Max(4_000_000_000)
  MAX_BUFFERED_BYTES = 67108864;

  /**
   * Hosts that requests may be for, without ports, separated by commas, or `*` for any. Where it is empty: on a loopback
   * address the loopback hosts, elsewhere any.
   */
  @Matches(/^(|\*|[\w.:-]+(,[\w.:-]+)*)$/, {
    message: 'ALLOWED_HOSTS must be hosts such as shop.example or 10.0.0.7, without ports, separated by commas, or *',
  })
  ALLOWED_HOSTS = '';

  /** Where clients reach the service behind a proxy: an absolute URL or a path, before the paths of all links. */
  @IsPublicUrl()
  PUBLIC_URL = '';

  /** Connections beyond which requests are refused by 503. */
  @IsInt({ message: 'MAX_CONNECTIONS must be a whole number' })
  @Min(1)
  @Max(1_000_000)
  MAX_CONNECTIONS = 10000;

  /** Milliseconds in which new requests are still served though readiness fails, once the service is told to end. */
  @IsInt({ message: 'SHUTDOWN_GRACE_MS must be a whole number of milliseconds' })
  @Min(0)
  @Max(60_000)
  SHUTDOWN_GRACE_MS = 500;

  /** Milliseconds for one statement: a read on SQLite, any on PostgreSQL. What takes longer is ended, and answered 503. */
  @IsInt({ message: 'STATEMENT_TIMEOUT_MS must be a whole number of milliseconds' })
  @Min(100)
  @Max(600_000)
  STATEMENT_TIMEOUT_MS = 5000;

  /** Megabytes (2²⁰ bytes) of SQLite's write-ahead log from which on reads are held back to truncate it. */
  @IsInt({ message: 'WAL_LIMIT_MB must be a whole number of megabytes' })
  @Min(1)
  @Max(1_000_000)
  WAL_LIMIT_MB = 64;

  /** Writes, and likewise reads, that may wait for the database; further ones are answered 503. */
  @IsInt({ message: 'MAX_WAITING must be a whole number' })
  @Min(1)
  @Max(100_000)
  MAX_WAITING = 1000;

  /** Milliseconds after which a request that still waits for the database is answered 503. */
  @IsInt({ message: 'WAIT_TIMEOUT_MS must be a whole number of milliseconds' })
  @Min(100)
  @Max(60_000)
  WAIT_TIMEOUT_MS = 5000;

  @IsIn(logLevels, { message: `LOG_LEVEL must be one of ${logLevels.join(', ')}` })
  LOG_LEVEL: LogLevel = 'info';
}

/** What stands before the paths of all links; nothing, unless PUBLIC_URL says otherwise. */
export const linkBaseOf = ({ PUBLIC_URL }: Environment): string => PUBLIC_URL.replace(/\/$/, '');

/** The environment is not as the service needs it. The message names every variable at fault. */
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
      `The configuration can't be used:\n${errors.join('\n')}\nCorrect the environment variables; the README lists them all.`,
    );
  }
  return environment;
}

/** Names variables that may be misspelled names of the service's own, and may as well belong to another program. */
export function environmentWarnings(variables: NodeJS.ProcessEnv): string[] {
  return misspellings(variables, false);
}

function misspellings(variables: NodeJS.ProcessEnv, certain: boolean): string[] {
  return findMisspellings(variables, Object.keys(new Environment()))
    .filter(({ isCertain }) => isCertain === certain)
    .map(({ found, meant }) =>
      certain
        ? `  ${found} is no variable of this service; ${meant} is, and is unset. Rename it, or unset it`
        : `The environment variable ${found} is ignored. If ${meant} is meant, rename it.`,
    );
}

/** A value that can hold no secret: one word, where no URL is asked for. No URL is ever shown, nor a part of one. */
function displayValue(name: string, value: string | undefined): string {
  return value && /^[\w.+-]{1,20}$/.test(value) && !name.endsWith('URL') ? `; it is ${JSON.stringify(value)}` : '';
}

function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : NaN;
}
