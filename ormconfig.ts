import sqlite3 from 'sqlite3';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Client } from './src/clients/client.entity.js';
import { Environment } from './src/config/environment.js';
import { Loan } from './src/database/loan.view.js';
import { CreateShop1764000000000 } from './src/database/migrations/1764000000000-create-shop.js';
import { SnakeCaseNaming } from './src/database/naming-strategy.js';
import { Genre } from './src/genres/genre.entity.js';
import { MovieCopy } from './src/movies/movie-copy.entity.js';
import { Movie } from './src/movies/movie.entity.js';
import { MovieRentDetail } from './src/rentals/movie-rent-detail.entity.js';
import { MovieRent } from './src/rentals/movie-rent.entity.js';

/** TypeORM always asks for verbose stack traces, which cost a quarter of the CPU; this driver declines. */
const quietDriver = { ...sqlite3, verbose: () => quietDriver };

/** The one source of DataSource options, for the service, its scripts and the TypeORM CLI. */
export function dataSourceOptions(databaseUrl: string): DataSourceOptions {
  return {
    type: 'sqlite',
    driver: quietDriver,
    database: databaseUrl.replace(/^sqlite:/, ''),
    entities: [Genre, Movie, MovieCopy, Client, MovieRent, MovieRentDetail, Loan],
    migrations: [CreateShop1764000000000],
    namingStrategy: new SnakeCaseNaming(),
  };
}

/** For the TypeORM CLI: `npx typeorm migration:show -d dist/ormconfig.js`. */
export default new DataSource(dataSourceOptions(process.env['DATABASE_URL'] || new Environment().DATABASE_URL));
