import { DataSource, type DataSourceOptions } from 'typeorm';
import { Client } from './src/clients/client.entity.js';
import { ClientBlock } from './src/clients/client-block.entity.js';
import { Environment, readEnvironment } from './src/platform/config/environment.js';
import { Loan } from './src/loans/loan.view.js';
import { IdempotencyKey } from './src/platform/database/idempotency/idempotency-key.entity.js';
import { Installation } from './src/platform/database/installation/installation.entity.js';
import { CreateShop1764000000000 } from './src/migrations/1764000000000-create-shop.js';
import { CreateIdempotencyKey1764100000000 } from './src/migrations/1764100000000-create-idempotency-key.js';
import { IndexTrigrams1764200000000 } from './src/migrations/1764200000000-index-trigrams.js';
import { IndexWhatIsOut1764300000000 } from './src/migrations/1764300000000-index-what-is-out.js';
import { CreateInstallation1764400000000 } from './src/migrations/1764400000000-create-installation.js';
import { NameResourceOfIdempotencyKey1764410000000 } from './src/migrations/1764410000000-name-resource-of-idempotency-key.js';
import { ForgetDeletedTrigrams1764450000000 } from './src/migrations/1764450000000-forget-deleted-trigrams.js';
import { CreateImportedRow1764500000000 } from './src/migrations/1764500000000-create-imported-row.js';
import { CompareTextAnew1764510000000 } from './src/migrations/1764510000000-compare-text-anew.js';
import { TimeLines1764520000000 } from './src/migrations/1764520000000-time-lines.js';
import { RepeatClientOnLines1764590000000 } from './src/migrations/1764590000000-repeat-client-on-lines.js';
import { OpenRentalDesk1764600000000 } from './src/migrations/1764600000000-open-rental-desk.js';
import { SearchDirectors1764610000000 } from './src/migrations/1764610000000-search-directors.js';
import { IndexImportedRows1764620000000 } from './src/migrations/1764620000000-index-imported-rows.js';
import { CreateApiKey1764630000000 } from './src/migrations/1764630000000-create-api-key.js';
import { ApiKey } from './src/platform/auth/api-keys/api-key.entity.js';
import { CountRequests1764650000000 } from './src/migrations/1764650000000-count-requests.js';
import { OrderEvents1764660000000 } from './src/migrations/1764660000000-order-events.js';
import { NameActorsOfRenewals1764670000000 } from './src/migrations/1764670000000-name-actors-of-renewals.js';
import { RefuseReplacedEvents1764690000000 } from './src/migrations/1764690000000-refuse-replaced-events.js';
import { driver as postgresDriver } from './src/platform/database/postgres/driver.js';
import { type SessionSettings, splitUrl } from './src/platform/database/postgres/session-settings.js';
import { driver as sqliteDriver } from './src/platform/database/sqlite/driver.js';
import { SnakeCaseNaming } from './src/platform/database/columns/naming-strategy.js';
import { ImportedRow } from './src/imports/imported-row.entity.js';
import { parseDatabaseUrl } from './src/kernel/database-url.js';
import { Event } from './src/platform/events/event.entity.js';
import { Genre } from './src/genres/genre.entity.js';
import { MovieCopy } from './src/movies/movie-copy.entity.js';
import { Movie } from './src/movies/movie.entity.js';
import { Shop } from './src/policy/shop.entity.js';
import { Renewal } from './src/rentals/renewals/renewal.entity.js';
import { MovieRent, MovieRentDetail } from './src/rentals/movie-rent.entity.js';

type DatabaseLimits = Pick<Environment, 'STATEMENT_TIMEOUT_MS' | 'WAL_LIMIT_MB'>;

/**
 * The one source of DataSource options, for the service, its scripts and the TypeORM CLI.
 * @throws InvalidDatabaseUrl
 */
export function dataSourceOptions(databaseUrl: string, limits: DatabaseLimits = new Environment()): DataSourceOptions {
  const parsed = parseDatabaseUrl(databaseUrl);
  return {
    ...(parsed.type === 'sqlite' ? sqlite(parsed.file, limits) : postgres(parsed.url, limits)),
    entities: [
      Genre,
      Movie,
      MovieCopy,
      Client,
      MovieRent,
      MovieRentDetail,
      Shop,
      ClientBlock,
      Renewal,
      Event,
      Loan,
      IdempotencyKey,
      Installation,
      ImportedRow,
      ApiKey,
    ],
    migrations: [
      CreateShop1764000000000,
      CreateIdempotencyKey1764100000000,
      IndexTrigrams1764200000000,
      IndexWhatIsOut1764300000000,
      CreateInstallation1764400000000,
      NameResourceOfIdempotencyKey1764410000000,
      ForgetDeletedTrigrams1764450000000,
      CreateImportedRow1764500000000,
      CompareTextAnew1764510000000,
      TimeLines1764520000000,
      RepeatClientOnLines1764590000000,
      OpenRentalDesk1764600000000,
      SearchDirectors1764610000000,
      IndexImportedRows1764620000000,
      CreateApiKey1764630000000,
      CountRequests1764650000000,
      OrderEvents1764660000000,
      NameActorsOfRenewals1764670000000,
      RefuseReplacedEvents1764690000000,
    ],
    namingStrategy: new SnakeCaseNaming(),
  };
}

function sqlite(database: string, { STATEMENT_TIMEOUT_MS, WAL_LIMIT_MB }: DatabaseLimits) {
  return {
    type: 'sqlite',
    driver: sqliteDriver,
    database,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    walLimitMb: WAL_LIMIT_MB,
  } as const;
}

function postgres(databaseUrl: string, { STATEMENT_TIMEOUT_MS }: DatabaseLimits) {
  const { url, settings } = splitUrl(databaseUrl);
  return {
    type: 'postgres',
    driver: postgresDriver,
    url,
    applicationName: 'movie-rental',
    poolSize: 10,
    // Timeouts in milliseconds, shorter than those of clients of the service.
    connectTimeoutMS: 2_000,
    extra: {
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      settings: {
        lock_timeout: 2_500,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        idle_in_transaction_session_timeout: 10_000,
        ...settings,
      } satisfies SessionSettings,
    },
  } as const;
}

/**
 * The data source of the TypeORM CLI: `npx typeorm migration:show -d dist/ormconfig.js`. The CLI awaits the export, and
 * only then is the environment read: the service imports this file too, and reports an invalid environment itself.
 */
const dataSource: PromiseLike<DataSource> = {
  then: (...callbacks) =>
    Promise.resolve()
      .then(() => new DataSource(dataSourceOptions(readEnvironment(process.env).DATABASE_URL)))
      .then(...callbacks),
};
export default dataSource;
