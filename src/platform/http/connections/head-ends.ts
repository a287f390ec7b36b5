/** The end of a message head. */
export const terminator = Buffer.from('\r\n\r\n');

/** Finds the empty lines that end message heads, also across chunk boundaries. */
export class HeadEnds {
  /** Bytes of a terminator at the end of the last chunk. */
  private matched = 0;
  /** Whether a head has begun and not ended. */
  isPartial = false;

  /** Returns the index behind the next terminator, or the length of the chunk if it has none. */
  next(chunk: Buffer, begin: number): number {
    if (this.matched > 0) {
      const missing = terminator.subarray(this.matched);
      const end = begin + missing.length;
      if (missing.equals(chunk.subarray(begin, end))) return this.found(end);
    }
    const index = chunk.indexOf(terminator, begin);
    if (index !== -1) return this.found(index + terminator.length);
    this.isPartial = true;
    this.matched = matchedBytes(
      Buffer.concat([terminator.subarray(0, this.matched), chunk.subarray(begin).subarray(-3)]),
    );
    return chunk.length;
  }

  private found(end: number): number {
    this.matched = 0;
    this.isPartial = false;
    return end;
  }
}

function matchedBytes(text: Buffer): number {
  return [3, 2, 1].find((length) => text.subarray(-length).equals(terminator.subarray(0, length))) ?? 0;
}
