import type { Dialect } from './sql.js';

export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  needsLocks: false,
  plansSearches: false,
  maintainsTrigrams: false,
  altersConstraints: false,
  relationsSql: 'SELECT name FROM sqlite_schema',
  skipLocked: '',
  transactionId: '0',
  nextTransactionId: '1',
  findTableSql: (table) => `SELECT 1 FROM sqlite_schema WHERE name = '${table}'`,
  placeholder: (position) => `?${position + 1}`,
  listParameter: (values) => JSON.stringify(values),
  isInList: (operand, parameter) => `${operand} IN (SELECT value FROM json_each(${parameter}))`,
  isInQuery: (operand, query) => `${operand} IN (${query})`,
  cast: (operand) => operand,
  jsonElements: (json, alias) => `json_each(${json}) AS ${alias}`,
  jsonTexts: (json, alias) => `json_each(${json}) AS ${alias}`,
  indexedJsonElements: (json, alias) => ({ from: `json_each(${json}) AS ${alias}`, index: `${alias}.key` }),
  jsonWithout: (json, members) => `json_remove(${json}, ${members.map((member) => `'$.${member}'`).join(', ')})`,
  jsonAggregate: (columns) => {
    // JSON that passes through a column is plain text.
    const values = columns.map(({ sql, isJson }) => (isJson ? `json(${sql})` : sql));
    return `json_group_array(json_array(${values.join(', ')}))`;
  },
};
