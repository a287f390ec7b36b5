import { DefaultNamingStrategy, type NamingStrategyInterface, type Table } from 'typeorm';
/** @private-api of typeorm: StringUtils.snakeCase(), by which TypeORM names columns */
import { snakeCase } from 'typeorm/util/StringUtils.js';

/** Names tables and columns in snake_case, and constraints after their columns, so that database errors are readable. */
export class SnakeCaseNaming extends DefaultNamingStrategy implements NamingStrategyInterface {
  override tableName(className: string, given?: string): string {
    return given ?? snakeCase(className);
  }

  override columnName(property: string, given: string | undefined, prefixes: string[]): string {
    return snakeCase([...prefixes, given ?? property].join('_'));
  }

  override joinColumnName(relation: string, referenced: string): string {
    return snakeCase(`${relation}_${referenced}`);
  }

  override primaryKeyName(table: Table | string): string {
    return `pk_${this.getTableName(table)}`;
  }

  override foreignKeyName(table: Table | string, columns: string[]): string {
    return `fk_${this.getTableName(table)}_${columns.join('_')}`;
  }

  override indexName(table: Table | string, columns: string[]): string {
    return `ix_${this.getTableName(table)}_${columns.join('_')}`;
  }
}
