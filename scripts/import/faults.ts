import { UnusableInput } from '../support/input.js';

/** A place in the imported files. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  /** The name of a column, or the number of a character in its line. */
  readonly column?: string | number;
}

interface Fault extends Place {
  readonly reason: string;
}

/** Collects the faults of the files of an import. One fault rejects the import. */
export class Faults {
  private readonly found: Fault[] = [];

  /** @param reason a clause without a full stop */
  add(place: Place, reason: string): undefined {
    this.found.push({ ...place, reason });
    return undefined;
  }

  /** @throws UnusableInput that lists every fault, file by file and line by line */
  throwIfAny(): void {
    if (this.found.length === 0) return;
    const lines = [...this.found].sort(byPlace).map((fault) => `  ${describe(fault)}`);
    const count = lines.length === 1 ? '1 fault' : `${lines.length} faults`;
    throw new UnusableInput([`Nothing was imported: the files have ${count}.`, ...lines].join('\n'));
  }
}

function byPlace(one: Fault, other: Fault): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return (one.line ?? 0) - (other.line ?? 0);
}

function describe({ file, line, column, reason }: Fault): string {
  const place = [file, line !== undefined && `line ${line}`, column !== undefined && `column ${column}`];
  return `${place.filter(Boolean).join(', ')}: ${reason}.`;
}
