import { maxId } from '../../src/platform/http/dto/path-id.js';
import type { CsvFile, CsvRow } from './csv-file.js';
import type { Faults } from './faults.js';

/** The rows of a file by their ids. */
export class Keys<Column extends string> {
  constructor(
    private readonly file: CsvFile<Column>,
    private readonly column: Column,
    private readonly ids: ReadonlyMap<string, CsvRow<Column>>,
  ) {}

  /** Maps each whole row by `change`, and skips rows for which it returns undefined. */
  map<Result>(change: (row: CsvRow<Column>, id: string) => Result | undefined): Result[] {
    return this.file.rows.flatMap((row) => {
      const result = row.isWhole ? change(row, row.values[this.column]) : undefined;
      return result === undefined ? [] : [result];
    });
  }

  /** Returns the id that a row of another file refers to, and adds a fault if no row has this id. */
  refer<Name extends string>(row: CsvRow<Name>, column: Name, faults: Faults): string {
    const id = row.values[column];
    if (row.isWhole && this.file.isComplete && !this.ids.has(id)) {
      faults.add(row.at(column), `there is no ${this.column} ${quoted(id)} in ${this.file.name}`);
    }
    return id;
  }
}

/** Ids of Sakila follow the rules of the API: positive integers in decimal digits. */
export function keysOf<Column extends string>(
  file: CsvFile<Column>,
  column: NoInfer<Column>,
  faults: Faults,
): Keys<Column> {
  const rows = new Map<string, CsvRow<Column>>();
  for (const row of file.rows) {
    const id = row.values[column];
    const other = rows.get(id);
    if (!/^[1-9]\d*$/.test(id) || Number(id) > maxId) {
      if (row.isWhole) faults.add(row.at(column), `${column} must be a whole number from 1 to ${maxId}`);
    } else if (other) {
      if (row.isWhole) faults.add(row.at(column), `${column} ${id} is that of line ${other.at().line} too`);
    } else {
      rows.set(id, row);
    }
  }
  return new Keys(file, column, rows);
}

const quoted = (text: string): string => JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
