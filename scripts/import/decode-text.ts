import type { Faults } from './faults.js';
import { UnusableInput } from '../support/input.js';

/** Reads the bytes of a file as text. */
export type Decode = (bytes: Buffer, file: string, faults: Faults) => string | undefined;

/** A byte order mark determines the encoding of a file. */
const byteOrderMarks: Readonly<Record<string, readonly number[]>> = {
  'utf-8': [0xef, 0xbb, 0xbf],
  'utf-16le': [0xff, 0xfe],
  'utf-16be': [0xfe, 0xff],
};

/**
 * Returns a strict decoder of `encoding`, a name of the WHATWG Encoding Standard, which adds a fault for each invalid
 * byte.
 * @throws UnusableInput
 */
export function decoderOf(encoding: string): Decode {
  try {
    new TextDecoder(encoding);
  } catch {
    throw new UnusableInput(
      `There is no encoding ${JSON.stringify(encoding)}. Name the files' own, such as utf-8, latin1 or windows-1250.`,
    );
  }
  return (bytes, file, faults) => {
    const marked = Object.entries(byteOrderMarks).find(([, mark]) => mark.every((byte, at) => bytes[at] === byte));
    const actual = marked?.[0] ?? encoding;
    try {
      return new TextDecoder(actual, { fatal: true }).decode(bytes);
    } catch {
      findFaults(bytes, actual, file, faults);
      return undefined;
    }
  };
}

/** Decodes byte by byte, which takes a second per megabyte, since a decoder does not tell where it failed. */
function findFaults(bytes: Buffer, encoding: string, file: string, faults: Faults): void {
  let [line, column] = [1, 1];
  const advance = (text: string): void => {
    for (const character of text) [line, column] = character === '\n' ? [line + 1, 1] : [line, column + 1];
  };
  const refuse = (): void => {
    faults.add(
      { file, line, column },
      `is not ${encoding.toUpperCase()} text; name the encoding of the files: --encoding latin1, for example`,
    );
    column++;
  };
  let decoder = new TextDecoder(encoding, { fatal: true });
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    try {
      const text = decoder.decode(bytes.subarray(at, at + 1), { stream: true });
      if (text === '') continue;
      advance(text);
    } catch {
      refuse();
      decoder = new TextDecoder(encoding, { fatal: true });
      // The byte that ended a character too early may begin the next one.
      if (at > start) at--;
    }
    start = at + 1;
  }
  try {
    decoder.decode();
  } catch {
    refuse();
  }
}
