import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Bytes from which on an answer is compressed. */
const minCompressedBytes = 1024;
/** Bytes of an answer at most; a larger one is not kept. */
const maxAnswerBytes = 1024 * 1024;
/** Characters of a packed answer at most; a larger one is not kept. */
const maxPackedLength = 64 * 1024;

/** @returns the text to store: JSON as it is, or compressed as base64, which never begins like JSON; empty for neither */
export function packAnswer(json: string): string {
  const bytes = Buffer.byteLength(json);
  if (bytes < minCompressedBytes) return json;
  if (bytes > maxAnswerBytes) return '';
  const packed = deflateRawSync(json, { level: 1 }).toString('base64');
  return packed.length > maxPackedLength ? '' : packed;
}

/** @returns undefined where the answer was not kept */
export function unpackAnswer(stored: string): object | undefined {
  if (stored === '') return undefined;
  const json = stored.startsWith('{') ? stored : inflateRawSync(Buffer.from(stored, 'base64')).toString();
  return JSON.parse(json) as object;
}
