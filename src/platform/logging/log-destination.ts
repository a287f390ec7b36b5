import { writeSync } from 'node:fs';

/** Buffer for log lines that cannot be written at the moment. Lines beyond it are dropped. */
const maxKeptBytes = 1_000_000;

/**
 * Synchronous, non-blocking log destination. A line is written before the call returns, so that the last lines before a
 * crash are not lost. A line that cannot be written is buffered and retried with the next line, or dropped. Pino's own
 * destinations block on the reader, lose the last lines, or stop writing after an error.
 */
export class LogDestination {
  /** Lines dropped since the start. */
  droppedLines = 0;
  private reportedLines = 0;
  /** Buffered lines; of the first one, the part that is not written. */
  private kept: Buffer[] = [];
  private keptBytes = 0;

  /**
   * @param fd a file descriptor
   * @param onRecovered called with the number of dropped lines, after the buffer has been written
   */
  constructor(
    private readonly fd: number,
    private readonly onRecovered: (droppedLines: number) => void,
  ) {}

  /** Whether all lines are written. */
  get isFlushed(): boolean {
    return this.kept.length === 0;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    const rest = this.flush() ? this.tryToWrite(bytes) : bytes;
    if (rest.length > 0) this.keep(rest);
  }

  private keep(bytes: Buffer): void {
    // The rest of a partly written line is always kept.
    if (this.keptBytes + bytes.length > maxKeptBytes && this.kept.length > 0) {
      this.droppedLines++;
      return;
    }
    this.kept.push(bytes);
    this.keptBytes += bytes.length;
  }

  private flush(): boolean {
    while (this.kept.length > 0) {
      const rest = this.tryToWrite(this.kept[0]!);
      this.keptBytes -= this.kept[0]!.length - rest.length;
      if (rest.length > 0) {
        this.kept[0] = rest;
        return false;
      }
      this.kept.shift();
    }
    const dropped = this.droppedLines - this.reportedLines;
    this.reportedLines = this.droppedLines;
    if (dropped > 0) this.onRecovered(dropped);
    return this.isFlushed;
  }

  /** Returns the bytes that were not written, after ENOSPC, EAGAIN (full pipe) or EPIPE (no reader). */
  private tryToWrite(bytes: Buffer): Buffer {
    try {
      return bytes.subarray(writeSync(this.fd, bytes));
    } catch {
      return bytes;
    }
  }
}
