import { writeSync } from 'node:fs';

/** Bytes of log lines that wait for a reader, or for room on the disk. Lines beyond them are dropped. */
const maxKeptBytes = 1_000_000;

/**
 * Where the log is written. A line is written before the call returns, so that the last words of a process that dies
 * are not lost; but no call waits: what can't be written is kept and tried again with the next line, or dropped. The
 * destinations of Pino wait for the reader, or lose the last lines, or never write again after an error.
 */
export class LogDestination {
  /** Lines that were dropped since the start. */
  droppedLines = 0;
  private reportedLines = 0;
  /** Lines, and of the first one the part that is not written. */
  private kept: Buffer[] = [];
  private keptBytes = 0;

  /**
   * @param fd a file descriptor
   * @param onRecovered called with the number of lines that were dropped, once all that was kept is written
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
    // Of a line that is half written, the other half belongs to it.
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

  /** Returns what was not written: there is no room (ENOSPC), the pipe is full (EAGAIN) or has no reader (EPIPE). */
  private tryToWrite(bytes: Buffer): Buffer {
    try {
      return bytes.subarray(writeSync(this.fd, bytes));
    } catch {
      return bytes;
    }
  }
}
