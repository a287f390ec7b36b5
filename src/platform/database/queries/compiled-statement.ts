import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import { checkType, type ResolvedTypes, type Values } from '../columns/parameter-types.js';
import { type SqlTemplate, renderSql } from './sql-template.js';

/** A statement and the names of its parameters, by position. */
export interface CompiledStatement {
  readonly sql: string;
  readonly names: readonly string[];
  readonly types: ResolvedTypes;
}

export const isPostgres = (connection: DataSource): boolean => connection.options.type === 'postgres';

export function compileTemplate(
  connection: DataSource,
  template: SqlTemplate,
  types: ResolvedTypes,
): CompiledStatement {
  const unknown = template.names.find((name) => !(name in types));
  if (unknown !== undefined) throw new Error(`The type of the query parameter ${unknown} is not declared.`);
  const placeholder = isPostgres(connection) ? (_: string, position: number) => `$${position + 1}` : () => '?';
  return { sql: renderSql(template, placeholder), names: template.names, types };
}

/** Returns the values in the order of the statement's parameters. */
export function bind(connection: DataSource, { names, types }: CompiledStatement, values: Values): unknown[] {
  return names.map((name) => {
    const value = checkType(name, types[name]!, values[name]);
    return Array.isArray(value) && !isPostgres(connection) ? JSON.stringify(value) : value;
  });
}

/** SQL that is true where `operand` is in the list that is the parameter `name`, of the type `integers`. */
export const isInList = (connection: DataSource, operand: string, name: string): string =>
  isPostgres(connection) ? `${operand} = ANY(:${name})` : `${operand} IN (SELECT value FROM json_each(:${name}))`;

/** Bytes, by estimate, of what is kept of all statements of a database beside the drivers. */
const maxCachedBytes = 4 * 1024 * 1024;
/** Bytes, by estimate, of what is kept with the text of a statement. */
const overheadBytes = 4 * 1024;

type Cached = CompiledStatement & { readonly batched?: { readonly sql: string } };

const caches = new WeakMap<DataSource, LRUCache<string, Cached>>();

/** The statements of a database, all of which share one budget of memory. */
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

/** What is compiled of one query: for each database, a statement for each variant that was asked for lately. */
export class StatementCache<Statement extends CompiledStatement> {
  private static count = 0;
  private readonly prefix = `${StatementCache.count++} `;

  /** @param variant all that the text depends on: never a value that a client chooses freely */
  get(dataSource: DataSource, variant: string, write: () => Statement): Statement {
    const cache = cacheOf(dataSource);
    const key = this.prefix + variant;
    const known = cache.get(key);
    if (known) return known as Statement;
    const statement = write();
    cache.set(key, statement);
    return statement;
  }
}
