import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type InputType, type ZlibOptions } from 'node:zlib';
import type { Request } from 'express';
import readRaw from 'raw-body';
import { HttpProblem } from '../problems/http-problem.js';

/** Maximum bytes of a body, both as sent and decompressed. */
const maxBodyBytes = 100 * 1024;

/** Only PATCH accepts merge patches: sent by PUT, one would clear the members it leaves out. */
const typesOf = (method: string): string[] =>
  method === 'PATCH' ? ['application/json', 'application/merge-patch+json'] : ['application/json'];

type Decoder = (packed: InputType, options: ZlibOptions) => Promise<Buffer>;

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: promisify<InputType, ZlibOptions, Buffer>(gunzip),
  'x-gzip': promisify<InputType, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<InputType, ZlibOptions, Buffer>(inflate),
  br: promisify<InputType, ZlibOptions, Buffer>(brotliDecompress),
};

/**
 * Reads the text of a JSON body. All header fields are checked before the body is read.
 * @returns undefined without a body
 * @throws HttpProblem 400, 413, 415
 */
export async function readBody(request: Request): Promise<string | undefined> {
  if (!hasBody(request)) return undefined;
  const { headers, method } = request;
  const length = headers['content-length'];
  if (!request.is(typesOf(method))) throw otherType(request);
  refuseOtherCharsets(headers['content-type']!);
  const decode = decoderFor(headers['content-encoding']);
  const sent = await receive(request, length);
  const bytes = decode && sent.length > 0 ? await unpack(sent, decode) : sent;
  if (!isUtf8(bytes)) throw new HttpProblem('malformed-request', 'The body is not valid UTF-8.');
  const text = bytes.toString();
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;

/** Maximum bytes that are read of a body that the operation does not expect. */
const maxUnexpectedBytes = 10 * 1024;

/** Reads a short body of any media type. Returns undefined if it is compressed or too long. */
export async function readShortBody(request: Request): Promise<string | undefined> {
  if (request.headers['content-encoding'] !== undefined) return undefined;
  try {
    return (
      await readRaw(request, { limit: maxUnexpectedBytes, length: request.headers['content-length'] })
    ).toString();
  } catch (error) {
    if ((error as { status?: number }).status === 413) return undefined;
    throw error;
  }
}

async function receive(request: IncomingMessage, length: string | undefined): Promise<Buffer> {
  try {
    return await readRaw(request, { limit: maxBodyBytes, length });
  } catch (error) {
    // The rest is not read; Node discards it after the response.
    if ((error as { status?: number }).status === 413) throw tooLarge();
    // Not an internal error: raw-body has status 500 for a connection that was closed before it began to read.
    if (request.destroyed) throw new HttpProblem('malformed-request', 'The connection was closed before the body.');
    throw error;
  }
}

async function unpack(packed: Buffer, decode: Decoder): Promise<Buffer> {
  try {
    return await decode(packed, { maxOutputLength: maxBodyBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new HttpProblem('malformed-request', 'The body does not match its Content-Encoding, or is incomplete.');
  }
}

/**
 * @throws HttpProblem 415 for an unknown encoding and for several, each of which would multiply the decompressed size
 */
function decoderFor(encoding = 'identity'): Decoder | undefined {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity') return undefined;
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (decoder) return decoder;
  const detail = 'The Content-Encoding is not supported; send one of gzip, deflate and br, or none.';
  throw new HttpProblem('unsupported-media-type', detail, undefined, { Accept: 'application/json' });
}

/** JSON is UTF-8 (RFC 8259). `utf8` is accepted as a common, unambiguous misspelling. */
function refuseOtherCharsets(contentType: string): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return;
  const detail = `The charset ${charset} is not supported; send UTF-8.`;
  throw new HttpProblem('unsupported-media-type', detail, undefined, { Accept: 'application/json' });
}

function otherType(request: Request): HttpProblem {
  const given = request.get('Content-Type');
  const detail = `${given ? `${given} is not supported` : 'The body has no Content-Type'}; send application/json.`;
  return new HttpProblem('unsupported-media-type', detail, undefined, { Accept: 'application/json' });
}

const tooLarge = (): HttpProblem =>
  new HttpProblem('content-too-large', `The body is larger than ${maxBodyBytes / 1024} kB, as sent or decompressed.`);
