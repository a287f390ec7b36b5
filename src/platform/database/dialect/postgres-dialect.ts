import type { Dialect } from './sql.js';

export const postgresDialect: Dialect = {
  engine: 'postgres',
  needsLocks: true,
  plansSearches: true,
  maintainsTrigrams: true,
  altersConstraints: true,
  relationsSql: 'SELECT relname AS name FROM pg_class WHERE pg_table_is_visible(oid)',
  skipLocked: 'FOR UPDATE SKIP LOCKED',
  transactionId: 'pg_current_xact_id()::text::bigint',
  nextTransactionId: 'pg_snapshot_xmax(pg_current_snapshot())::text::bigint',
  oldestTransactionId: 'pg_snapshot_xmin(pg_current_snapshot())::text::bigint',
  findTableSql: (table) => `SELECT 1 FROM pg_tables WHERE tablename = '${table}' AND schemaname = current_schema()`,
  placeholder: (position) => `$${position + 1}`,
  listParameter: (values) => values,
  isInList: (operand, parameter) => `${operand} = ANY(${parameter})`,
  isInQuery: (operand, query) => `${operand} = ANY(ARRAY(${query}))`,
  cast: (operand, type) => `${operand}::${type}`,
  jsonElements: (json, alias) => `json_array_elements(${json}) AS ${alias}(value)`,
  jsonTexts: (json, alias) => `json_array_elements_text(${json}::json) AS ${alias}(value)`,
  indexedJsonElements: (json, alias) => ({
    from: `json_array_elements(${json}) WITH ORDINALITY AS ${alias}(value, position)`,
    index: `${alias}.position::int - 1`,
  }),
  // As json: jsonb has an order and a spacing of its own.
  jsonWithout: (json, members) =>
    `(SELECT '{' || COALESCE(string_agg(to_json(name) || ':' || value, ',' ORDER BY position), '') || '}' ` +
    `FROM json_each(${json}::json) WITH ORDINALITY AS member(name, value, position) ` +
    `WHERE name NOT IN (${members.map((member) => `'${member}'`).join(', ')}))`,
  jsonAggregate: (columns) => `json_agg(json_build_array(${columns.map(({ sql }) => sql).join(', ')}))`,
};
