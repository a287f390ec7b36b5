/** A violated invariant of a row, or a fault of the schema or the file. */
export interface Finding {
  /** The table of the row, or "schema" or "file". */
  readonly where: string;
  readonly id?: number;
  /** What is wrong. It quotes no personal data. */
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
}
