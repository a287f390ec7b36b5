import { plainToInstance } from 'class-transformer';
import { IsIn, IsInt, IsNotEmpty, IsString, Matches, Max, Min, ValidateBy, validateSync } from 'class-validator';

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
  @Matches(/^(sqlite:[^?]+|postgres(ql)?:\/\/.+)$/, {
    message: 'DATABASE_URL must be sqlite:<path> or postgres://<user>:<password>@<host>:<port>/<database>',
  })
  DATABASE_URL = 'sqlite:data/movie-rental.sqlite';

  /** A streaming replica of the PostgreSQL database, to read from; none where it is empty. */
  @Matches(/^(|postgres(ql)?:\/\/.+)$/, {
    message: 'DATABASE_REPLICA_URL must be postgres://<user>:<password>@<host>:<port>/<database>',
  })
  @ValidateBy(
    {
      name: 'hasPrimary',
      validator: {
        validate: (url, context) => !url || !(context!.object as Environment).DATABASE_URL.startsWith('sqlite:'),
      },
    },
    { message: 'DATABASE_REPLICA_URL needs a PostgreSQL database in DATABASE_URL: a SQLite file has no replica' },
  )
  DATABASE_REPLICA_URL = '';

  /** The origins whose pages may use the service from a browser, parted by commas, or `*`; none where it is empty. */
  @Matches(/^(|\*|https?:\/\/[^\s/,]+(,https?:\/\/[^\s/,]+)*)$/, {
    message: 'CORS_ORIGINS must be origins such as https://desk.example, parted by commas without space, or *',
  })
  CORS_ORIGINS = '';

  /** Milliseconds in which new requests are still served though readiness fails, once the service is told to end. */
  @IsInt({ message: 'SHUTDOWN_GRACE_MS must be a whole number of milliseconds' })
  @Min(0)
  @Max(60_000)
  SHUTDOWN_GRACE_MS = 500;

  @IsIn(logLevels, { message: `LOG_LEVEL must be one of ${logLevels.join(', ')}` })
  LOG_LEVEL: LogLevel = 'info';
}

/** The environment is not as the service needs it. The message names every variable at fault. */
export class InvalidEnvironment extends Error {}

/**
 * Reads the configuration; an empty variable counts as not set.
 * @throws InvalidEnvironment
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const given = Object.fromEntries(
    Object.entries(new Environment())
      .filter(([name]) => variables[name])
      .map(([name, ofDefault]) => [
        name,
        typeof ofDefault === 'number' ? wholeNumber(variables[name]!) : variables[name],
      ]),
  );
  const environment = plainToInstance(Environment, given, { exposeDefaultValues: true });
  const faults = validateSync(environment).map(
    ({ property, value, constraints }) =>
      `  ${Object.values(constraints ?? {}).join(', ')}; it is ${shown(variables[property] ?? value)}`,
  );
  if (faults.length > 0) {
    throw new InvalidEnvironment(
      `The configuration can't be used:\n${faults.join('\n')}\nCorrect the environment variables; the README lists them all.`,
    );
  }
  return environment;
}

/** A value as it may be told: without the password of a URL. */
function shown(value: unknown): string {
  return JSON.stringify(value).replace(/:[^/@]+@/g, ':…@');
}

function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : NaN;
}
