import type { DataSource } from 'typeorm';

/**
 * Throws where a statement has a Date among its parameters. The drivers would write it in the time zone of the process
 * (pg), or as milliseconds (sqlite3), and instants are stored as RFC 3339 text in UTC: it would be compared as text that
 * means something else. Dates become text by the column's transformer, or by toISOString().
 */
export function refuseDates(parameters: unknown): void {
  if (!Array.isArray(parameters)) return;
  for (const parameter of parameters) {
    if (parameter instanceof Date) {
      throw new TypeError(
        'A Date is no parameter of a statement: instants are RFC 3339 text in UTC. Use toISOString().',
      );
    }
  }
}

/**
 * Has a data source refuse Dates among the named parameters of a query. TypeORM's SQLite driver makes text of them
 * that is no RFC 3339 before the sqlite3 package sees them.
 */
export function refuseDatesIn(dataSource: DataSource): DataSource {
  const { driver } = dataSource;
  const escape = driver.escapeQueryWithParameters.bind(driver);
  driver.escapeQueryWithParameters = (sql, parameters, nativeParameters) => {
    refuseDates(Object.values(parameters).flat());
    return escape(sql, parameters, nativeParameters);
  };
  return dataSource;
}
