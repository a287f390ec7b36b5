/** A row, or a part of the database itself, that isn't as it must be. */
export interface Finding {
  /** The row's table, or "schema" or "file" where the fault is no row's. */
  readonly where: string;
  readonly id?: number;
  /** What is wrong. It quotes no personal data. */
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
}
