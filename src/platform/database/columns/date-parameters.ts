import type { DataSource } from 'typeorm';

/**
 * Throws if a statement has a Date among its parameters. Instants are stored as RFC 3339 text in UTC, but the drivers
 * would convert a Date to the time zone of the process (pg) or to milliseconds (sqlite3), so comparisons would be wrong.
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
 * Makes a data source reject Dates among named parameters. TypeORM's SQLite driver would convert them to text in a
 * format other than RFC 3339.
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
