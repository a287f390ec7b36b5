import type { DataSource } from 'typeorm';
import { postgresDialect } from './postgres-dialect.js';
import type { Dialect, EngineName } from './sql.js';
import { sqliteDialect } from './sqlite-dialect.js';

const dialects: Readonly<Record<EngineName, Dialect>> = { sqlite: sqliteDialect, postgres: postgresDialect };

export const engineNameOf = ({ type }: Pick<DataSource['options'], 'type'>): EngineName => {
  if (type in dialects) return type as EngineName;
  throw new Error(`There is no dialect for ${type}.`);
};

export const dialectOf = ({ options }: Pick<DataSource, 'options'>): Dialect => dialects[engineNameOf(options)];
