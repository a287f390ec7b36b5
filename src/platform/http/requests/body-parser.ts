import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type InputType, type ZlibOptions } from 'node:zlib';
import type { Request } from 'express';
import readRaw from 'raw-body';
import { HttpProblem } from '../problems/http-problem.js';

/** Bytes of a body at most, as it is sent and also as it is once it is unpacked. */
const maxBodyBytes = 100 * 1024;

/** Which types each method takes is said in the document. A merge patch sent by PUT would empty what it leaves out. */
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
 * Reads the text of a JSON body. Everything that the head of the request tells is judged before any of the body is read.
 * @returns undefined where there is no body
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

/** Bytes of a body at most that is read although the operation takes none. */
const maxUnexpectedBytes = 10 * 1024;

/** Reads a body of whatever type; undefined where it is packed or longer than one that may turn out to be empty. */
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
    // The rest is not read. Node discards it once the answer is sent.
    throw (error as { status?: number }).status === 413 ? tooLarge() : error;
  }
}

async function unpack(packed: Buffer, decode: Decoder): Promise<Buffer> {
  try {
    return await decode(packed, { maxOutputLength: maxBodyBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new HttpProblem('malformed-request', 'The body is not encoded as Content-Encoding says, or is incomplete.');
  }
}

/** @throws HttpProblem 415 for an unknown encoding, and for several: each would multiply what has to be unpacked */
function decoderFor(encoding = 'identity'): Decoder | undefined {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity') return undefined;
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (decoder) return decoder;
  const detail = 'The Content-Encoding is not understood; send gzip, deflate or br, once, or none.';
  throw new HttpProblem('unsupported-media-type', detail, undefined, { Accept: 'application/json' });
}

/** JSON is UTF-8 (RFC 8259). `utf8` is a common misspelling of it, and can't be meant for anything else. */
function refuseOtherCharsets(contentType: string): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return;
  const detail = `The charset ${charset} is not understood; send UTF-8.`;
  throw new HttpProblem('unsupported-media-type', detail, undefined, { Accept: 'application/json' });
}

function otherType(request: Request): HttpProblem {
  const given = request.get('Content-Type');
  const detail = `${given ? `${given} is not understood` : 'The body has no Content-Type'}; send application/json.`;
  return new HttpProblem('unsupported-media-type', detail, undefined, { Accept: 'application/json' });
}

const tooLarge = (): HttpProblem =>
  new HttpProblem('content-too-large', `The body has more than ${maxBodyBytes / 1024} kB, as it is sent or unpacked.`);
