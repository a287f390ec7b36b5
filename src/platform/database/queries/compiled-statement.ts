import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import { dialectOf } from '../dialect/dialect.js';
import { checkType, type ResolvedTypes, type Values } from '../columns/parameter-types.js';
import { type SqlTemplate, renderSql } from './sql-template.js';

/** A SQL text and the names of its parameters, by position. */
export interface CompiledStatement {
  readonly sql: string;
  readonly names: readonly string[];
  readonly types: ResolvedTypes;
}

export function compileTemplate(
  connection: DataSource,
  template: SqlTemplate,
  types: ResolvedTypes,
): CompiledStatement {
  const unknown = template.names.find((name) => !(name in types));
  if (unknown !== undefined) throw new Error(`The type of the query parameter ${unknown} is not declared.`);
  const dialect = dialectOf(connection);
  const sql = renderSql(template, (_, position) => dialect.placeholder(position));
  return { sql, names: template.names, types };
}

/** Returns the values in the order of the parameters. */
export function bind(connection: DataSource, { names, types }: CompiledStatement, values: Values): unknown[] {
  const dialect = dialectOf(connection);
  return names.map((name) => {
    const value = checkType(name, types[name]!, values[name]);
    return Array.isArray(value) ? dialect.listParameter(value) : value;
  });
}

/** Cache size of a data source, estimated; bounds memory for any parameters of clients. */
const maxCachedBytes = 4 * 1024 * 1024;
/** Size of a cache entry without its SQL texts, estimated. */
const overheadBytes = 4 * 1024;

type Cached = CompiledStatement & { readonly batched?: { readonly sql: string } };

const caches = new WeakMap<DataSource, LRUCache<string, Cached>>();

/** Returns the statement cache of a data source, which all queries share. */
export function statementCacheOf(dataSource: DataSource): Pick<LRUCache<string, Cached>, 'size' | 'calculatedSize'> {
  return cacheOf(dataSource);
}

function cacheOf(dataSource: DataSource): LRUCache<string, Cached> {
  let cache = caches.get(dataSource);
  if (!cache) {
    cache = new LRUCache({ maxSize: maxCachedBytes, sizeCalculation: bytesOf });
    caches.set(dataSource, cache);
  }
  return cache;
}

const bytesOf = ({ sql, batched }: Cached, key: string): number =>
  key.length + sql.length + (batched?.sql.length ?? 0) + overheadBytes;

/** The compiled statements of one query: one per data source and variant, evicted when least recently used. */
export class StatementCache<Statement extends CompiledStatement> {
  private static count = 0;
  private readonly prefix = `${StatementCache.count++} `;

  /** @param variant what the SQL text depends on; never a value that clients choose */
  get(dataSource: DataSource, variant: string, compile: () => Statement): Statement {
    const cache = cacheOf(dataSource);
    const key = this.prefix + variant;
    const known = cache.get(key);
    if (known) return known as Statement;
    const statement = compile();
    cache.set(key, statement);
    return statement;
  }
}
