/** A violated invariant of a row, or a fault of the schema or the file. */
export interface Finding {
  /** The table of the row, or "schema" or "file". */
  readonly where: string;
  readonly id?: number;
  /** The violation, without personal data. */
  readonly what: string;
  /** The action that repairs it. */
  readonly remedy: string;
}
