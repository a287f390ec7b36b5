import { terminator } from './head-ends.js';

/** A write that can be rejected without a parser, because it is complete and its end is beyond doubt. */
export interface PlainRequest {
  readonly method: string;
  readonly path: string;
}

/** A path of characters that need no decoding, and no escaping in JSON. One that begins with // looks like a host. */
const requestLine = /^(POST|PUT|PATCH|DELETE) (\/(?!\/)[\w/.~-]*)(?:\?[^\s#]*)? HTTP\/1\.1\r\n/;
/** Field lines without folding, bare line ends and spaces before the colon, in which proxies and servers disagree. */
const fieldLines = /^(?:[\w!#$%&'*+.^`|~-]+:[^\r\n\0]*\r\n)+\r\n$/;
const host = /^host:/im;
/** Fields that change how the request is framed or answered. */
const special = /^(?:transfer-encoding|expect|upgrade|origin|x-request-id|connection(?!: *keep-alive *\r)):?/im;
const contentLengths = /^content-length: *([^\r]*?) *\r$/gim;

/** Returns the request that is exactly these bytes, or undefined if only a parser can tell. */
export function readPlainRequest(bytes: Buffer): PlainRequest | undefined {
  const headEnd = bytes.indexOf(terminator) + terminator.length;
  const head = bytes.toString('latin1', 0, headEnd);
  const [line, method, path] = requestLine.exec(head) ?? [];
  if (line === undefined) return undefined;
  const fields = head.slice(line.length);
  if (!fieldLines.test(fields) || !host.test(fields) || special.test(fields)) return undefined;
  const [length = '0', ...further] = [...fields.matchAll(contentLengths)].map((match) => match[1]!);
  const isExact = further.length === 0 && /^\d+$/.test(length) && bytes.length === headEnd + Number(length);
  return isExact ? { method: method!, path: path! } : undefined;
}
