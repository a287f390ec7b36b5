import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CsvError, type CsvErrorCode, type InfoRecord, parse } from 'csv-parse/sync';
import type { Decode } from './decode-text.js';
import type { Faults, Place } from './faults.js';

export interface CsvRow<Column extends string> {
  readonly values: Readonly<Record<Column, string>>;
  /** Whether the row has as many columns as the header; otherwise its values may belong to other columns. */
  readonly isWhole: boolean;
  at(column?: string): Place;
}

export interface CsvFile<Column extends string> {
  readonly name: string;
  readonly rows: readonly CsvRow<Column>[];
  /** Whether `rows` are all rows of the file. If not, a fault has been added. */
  readonly isComplete: boolean;
}

/** Reads a CSV file with a header, and adds a fault for each violation of the format. */
export async function readCsv<const Column extends string>(
  folder: string,
  name: string,
  columns: readonly Column[],
  decode: Decode,
  faults: Faults,
): Promise<CsvFile<Column>> {
  const nothing = { name, rows: [], isComplete: false };
  const bytes = await readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) =>
    faults.add({ file: name }, error.code === 'ENOENT' ? 'there is no such file' : `can't be read: ${error.message}`),
  );
  const text = bytes && decode(bytes, name, faults);
  if (text === undefined) return nothing;
  const { records, isComplete } = parseRecords(text, name, faults);
  const [header, ...others] = records;
  if (!header) {
    if (isComplete) faults.add({ file: name, line: 1 }, 'there is no header');
    return nothing;
  }
  if (!isHeader(header, columns, name, faults)) return nothing;
  return { name, rows: others.map((record) => toRow(record, header.values, name, faults)), isComplete };
}

interface CsvRecord {
  readonly values: readonly string[];
  /** The line in which the record begins. */
  readonly line: number;
}

/** Returns the records before the first one with wrong quotes, after which the boundaries of records are unknown. */
function parseRecords(text: string, file: string, faults: Faults): { records: CsvRecord[]; isComplete: boolean } {
  const normalized = text.replace(/\r\n?/g, '\n');
  const records: CsvRecord[] = [];
  let lastLine = 0;
  try {
    parse(normalized, {
      recordDelimiter: '\n',
      relaxColumnCount: true,
      skipEmptyLines: true,
      onRecord: (values: string[], { lines }: InfoRecord) => {
        lastLine = lines;
        records.push({ values, line: lines - values.join().split('\n').length + 1 });
        return null;
      },
    });
    return { records, isComplete: true };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const emptyLines = normalized
      .split('\n')
      .slice(lastLine)
      .findIndex((line) => line !== '');
    const field = Number(error['column']);
    const place = { file, line: lastLine + emptyLines + 1, column: records[0]?.values[field] ?? field + 1 };
    faults.add(place, `${quoteFaults[error.code] ?? error.message}; from this row on, the file can't be read`);
    return { records, isComplete: false };
  }
}

const quoteFaults: Readonly<Partial<Record<CsvErrorCode, string>>> = {
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote',
  INVALID_OPENING_QUOTE: 'a quote is within a value that does not begin with one',
  CSV_QUOTE_NOT_CLOSED: 'a quote is not closed',
};

function isHeader({ values, line }: CsvRecord, columns: readonly string[], file: string, faults: Faults): boolean {
  const missing = columns.filter((column) => !values.includes(column));
  const doubled = columns.filter((column) => values.indexOf(column) !== values.lastIndexOf(column));
  for (const column of missing) faults.add({ file, line, column }, 'the header lacks this column');
  for (const column of doubled) faults.add({ file, line, column }, 'the header has this column twice');
  return missing.length === 0 && doubled.length === 0;
}

function toRow<Column extends string>(
  { values, line }: CsvRecord,
  header: readonly string[],
  file: string,
  faults: Faults,
): CsvRow<Column> {
  const isWhole = values.length === header.length;
  if (!isWhole) {
    const column = Math.min(values.length, header.length) + 1;
    faults.add({ file, line, column }, `the row has ${values.length} columns, and the header ${header.length}`);
  }
  const entries = header.map((column, position) => [column, values[position] ?? '']);
  return {
    values: Object.fromEntries(entries) as Record<Column, string>,
    isWhole,
    at: (column) => ({ file, line, column }),
  };
}
