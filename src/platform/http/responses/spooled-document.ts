import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import type { Response } from 'express';
import type { SpoolingResponse } from '../connections/connection.js';
import { preferredCoding } from './compression.js';

/** Maximum size of a spooled document, compressed. */
const maxSpooledBytes = 32 * 1024 * 1024;

/** Minimum length of a text that is compressed by one call, which takes a round trip to a thread. */
const minWriteLength = 32 * 1024;

/** The members of a document. A list may come in chunks, which are serialized as they come. */
type StreamedMembers<Document> = {
  readonly [Name in keyof Document]: Document[Name] | AsyncIterable<Document[Name]>;
};

/**
 * A large JSON document that must not be cached. It is written in parts, at the pace of their source, and kept
 * compressed in memory until its client has read it: see docs/decisions/0054.
 */
export class SpooledDocument {
  private constructor(
    private readonly compressed: readonly Buffer[],
    private readonly compressedBytes: number,
    /** Bytes of the JSON text. */
    private readonly bytes: number,
  ) {}

  /** Returns when all parts are read. @throws Error if the document is too large, and what its parts throw */
  static async write<Document extends object>(
    members: StreamedMembers<Document>,
    maxBytes = maxSpooledBytes,
  ): Promise<SpooledDocument> {
    const compressed: Buffer[] = [];
    let [compressedBytes, bytes] = [0, 0];
    async function* source(): AsyncGenerator<string> {
      let text = '';
      for await (const part of jsonOf(members)) {
        bytes += Buffer.byteLength(part);
        text += part;
        if (text.length < minWriteLength) continue;
        yield text;
        text = '';
      }
      yield text;
    }
    await pipeline(source, createGzip({ level: constants.Z_BEST_SPEED }), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        compressed.push(chunk);
        compressedBytes += chunk.length;
        if (compressedBytes > maxBytes) throw new Error(`A spooled document exceeds ${maxBytes} bytes compressed.`);
      }
    });
    return new SpooledDocument(compressed, compressedBytes, bytes);
  }

  async send(response: Response & SpoolingResponse): Promise<void> {
    response.vary('Accept-Encoding');
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Cache-Control', 'no-store');
    if (preferredCoding(response.req, ['gzip']) === 'gzip') {
      response.setHeader('Content-Encoding', 'gzip');
      response.setHeader('Content-Length', this.compressedBytes);
      for (const chunk of this.compressed) response.write(chunk);
      response.end();
      return;
    }
    response.setHeader('Content-Length', this.bytes);
    response.spooledBytes = this.compressedBytes;
    // The only failure is a client that disconnects.
    await pipeline(Readable.from(this.compressed), createGunzip(), response).catch(() => undefined);
  }
}

async function* jsonOf(members: object): AsyncGenerator<string> {
  let separator = '{';
  for (const [name, value] of Object.entries(members) as [string, object][]) {
    yield `${separator}${JSON.stringify(name)}:`;
    separator = ',';
    if (Symbol.asyncIterator in value) yield* listOf(value as AsyncIterable<Iterable<unknown>>);
    else yield JSON.stringify(value);
  }
  yield '}';
}

async function* listOf(chunks: AsyncIterable<Iterable<unknown>>): AsyncGenerator<string> {
  let separator = '[';
  for await (const items of chunks) {
    for (const item of items) {
      yield separator + JSON.stringify(item);
      separator = ',';
    }
  }
  yield separator === '[' ? '[]' : ']';
}
