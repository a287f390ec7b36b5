export type EngineName = 'sqlite' | 'postgres';

/** A column of a subquery whose rows are aggregated, as escaped SQL. */
interface AggregatedColumn {
  readonly sql: string;
  /** Whether the column is a JSON aggregate itself. */
  readonly isJson: boolean;
}

/** The SQL that differs between the engines. */
export interface Dialect {
  readonly engine: EngineName;
  /** Whether concurrent writers need row locks and advisory locks. SQLite runs one writing unit of work at a time. */
  readonly needsLocks: boolean;
  /** Whether the planner chooses between a trigram index and an ordered scan. */
  readonly plansSearches: boolean;
  /** Whether the database itself keeps trigram indexes consistent with their rows. */
  readonly maintainsTrigrams: boolean;
  /** Whether ALTER TABLE can add a constraint. */
  readonly altersConstraints: boolean;
  /** Selects the `name` of every table, view and index. */
  readonly relationsSql: string;
  /** Follows a SELECT whose rows are to be deleted: skips the rows that another transaction has locked. */
  readonly skipLocked: string;

  /** The number of the current transaction, which grows from transaction to transaction; 0 if they run one after another. */
  readonly transactionId: string;
  /** The lowest number of a transaction that may not have ended, for the snapshot of a statement. */
  readonly oldestTransactionId?: string;
  /** A number above those of all transactions that the snapshot of a statement shows. */
  readonly nextTransactionId: string;

  /** Selects a row if the current schema has the table. */
  findTableSql(table: string): string;
  /** @param position zero-based */
  placeholder(position: number): string;
  /** Returns what the driver takes for a list parameter. */
  listParameter(values: readonly unknown[]): unknown;
  /** Returns the condition that `operand` is in a list parameter. */
  isInList(operand: string, parameter: string): string;
  /**
   * Returns the condition that `operand` is a result of a small subquery, to be looked up by an index. PostgreSQL may
   * answer IN by scanning the other table instead, because it assumes that they are evenly spread over it.
   */
  isInQuery(operand: string, query: string): string;
  cast(operand: string, type: string): string;
  /** Returns a FROM item with the elements of a JSON array as `<alias>.value`. */
  jsonElements(json: string, alias: string): string;
  /** As `jsonElements`, of an array of texts. */
  jsonTexts(json: string, alias: string): string;
  /** As `jsonElements`, and the zero-based index of each element. */
  indexedJsonElements(json: string, alias: string): { readonly from: string; readonly index: string };
  /** Returns the text of a JSON object without some members. The others keep their text and order: queries compare it. */
  jsonWithout(json: string, members: readonly string[]): string;
  /** Returns an expression that aggregates rows as a JSON array of arrays. */
  jsonAggregate(columns: readonly AggregatedColumn[]): string;
}
