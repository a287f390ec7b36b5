import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Minimum size for compression. */
const minCompressedBytes = 1024;
/** Larger responses are not stored. */
const maxAnswerBytes = 1024 * 1024;
/** In characters. Responses that are longer when packed are not stored. */
const maxPackedLength = 64 * 1024;

/** @returns the text to store: plain JSON, or compressed as base64, which never starts with "{"; empty if too large */
export function packAnswer(json: string): string {
  const bytes = Buffer.byteLength(json);
  if (bytes < minCompressedBytes) return json;
  if (bytes > maxAnswerBytes) return '';
  const packed = deflateRawSync(json, { level: 1 }).toString('base64');
  return packed.length > maxPackedLength ? '' : packed;
}

/** @returns undefined if the response was not stored */
export function unpackAnswer(stored: string): object | undefined {
  if (stored === '') return undefined;
  const json = stored.startsWith('{') ? stored : inflateRawSync(Buffer.from(stored, 'base64')).toString();
  return JSON.parse(json) as object;
}
