/** The privileges of a PostgreSQL user. */
export interface Privileges {
  readonly user: string;
  /** Null if the user may use no schema of the search path. */
  readonly schema: string | null;
  readonly isReadOnly: boolean;
  /** Tables and sequences of the service on which the user lacks privileges. */
  readonly inaccessible: readonly string[];
}

/** Reads catalogs only, without locks. The parameter is the list of tables and views. */
export const privilegesSql = `
  SELECT current_user AS "user", current_schema() AS schema,
    pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS "isReadOnly",
    ARRAY(
      SELECT relname::text FROM unnest($1::text[] || ARRAY(SELECT name || '_id_seq' FROM unnest($1::text[]) AS name)) AS name
      JOIN pg_class ON pg_class.oid = to_regclass(quote_ident(name))
      WHERE NOT CASE relkind
        WHEN 'S' THEN has_sequence_privilege(pg_class.oid, 'USAGE')
        WHEN 'v' THEN has_table_privilege(pg_class.oid, 'SELECT')
        ELSE has_table_privilege(pg_class.oid, 'SELECT') AND has_table_privilege(pg_class.oid, 'INSERT')
          AND has_table_privilege(pg_class.oid, 'UPDATE') AND has_table_privilege(pg_class.oid, 'DELETE')
      END ORDER BY relname) AS inaccessible`;

/** Returns the reason why these privileges do not suffice, and the remedy; undefined if they suffice. */
export function describeMissing({ user, schema, isReadOnly, inaccessible }: Privileges): string | undefined {
  const remedy =
    'Grant these rights, or restore the database with this user as the owner: pg_restore --no-owner --role=<user>.';
  if (schema === null) {
    return `The PostgreSQL user ${user} may not use the schema of the database (USAGE and CREATE on it). ${remedy}`;
  }
  if (inaccessible.length > 0) {
    return `The PostgreSQL user ${user} may not read and write all of ${inaccessible.join(', ')} in the database. ${remedy}`;
  }
  if (isReadOnly) {
    return (
      'The PostgreSQL database accepts no writes: it is a standby, or default_transaction_read_only is on. ' +
      'Set DATABASE_URL to the primary, or turn the setting off.'
    );
  }
  return undefined;
}
