import { destination } from 'pino';

/** Bytes of log lines that wait for a reader, or for room on the disk. Lines beyond them are dropped. */
const maxPendingBytes = 1_000_000;

/**
 * Where the log is written. A line is written before the call returns, so that the last words of a process that dies
 * are not lost; but no call waits: what can't be written is kept and tried again with the next line, or dropped.
 */
export class LogDestination {
  /** Lines that were dropped since the start. */
  droppedLines = 0;
  private reportedLines = 0;
  readonly stream;

  /**
   * @param fd a file descriptor
   * @param onRecovered called with the number of lines that were dropped, once all that was kept is written
   */
  constructor(fd: number, onRecovered: (droppedLines: number) => void) {
    this.stream = destination({ fd, sync: true, maxLength: maxPendingBytes, retryEAGAIN: () => false });
    // Pino's own listener ends the log for good at the first moment in which a pipe has no reader.
    this.stream.removeAllListeners('error').on('error', () => undefined);
    this.stream.on('drop', () => this.droppedLines++);
    this.stream.on('drain', () => {
      const dropped = this.droppedLines - this.reportedLines;
      this.reportedLines = this.droppedLines;
      if (dropped > 0) onRecovered(dropped);
    });
  }

  /** Returns whether all lines are written. */
  flush(): boolean {
    try {
      this.stream.flushSync();
      return true;
    } catch {
      return false;
    }
  }
}
