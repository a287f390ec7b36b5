import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Response } from 'express';
import { isLarge, preferredCoding } from '../responses/compression.js';
import { Preconditions } from '../conditional/preconditions.js';

const codings = {
  /** The best quality takes seconds for Swagger UI's script and saves only a tenth. */
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
  identity: (bytes: Buffer) => Promise.resolve(bytes),
};
type Coding = keyof typeof codings;

interface StaticDocumentOptions {
  /** The media type, with its charset. */
  readonly type: string;
  /** Request headers that select between this document and others at the same path. */
  readonly vary?: string;
  /** Returns the document. Called once, on the first request. */
  readonly load: () => Buffer | string;
}

/** A document that does not change while the process runs. Its bytes are computed once per content coding. */
export class StaticDocument {
  private content?: { readonly bytes: Buffer; readonly tag: string };
  private readonly encoded = new Map<Coding, Promise<Buffer>>();

  constructor(private readonly options: StaticDocumentOptions) {}

  /**
   * Sends the document, or 304 if the client's copy is current.
   * @throws HttpProblem 412 if If-Match does not match
   */
  async send(response: Response): Promise<void> {
    const { req: request } = response;
    const { type, vary } = this.options;
    const { bytes, tag } = this.read();
    const isCompressible = type.includes('charset') && isLarge(bytes);
    const coding = isCompressible ? preferredCoding(request, ['br', 'gzip']) : 'identity';
    const codingTag = coding === 'identity' ? tag : tag.replace(/"$/, `;${coding}"`);
    const isNotModified = new Preconditions(request).isNotModified(tag);
    if (vary) response.vary(vary);
    if (isCompressible) response.vary('Accept-Encoding');
    response.setHeader('ETag', codingTag);
    response.setHeader('Cache-Control', 'no-cache');
    if (isNotModified) {
      response.status(304).end();
      return;
    }
    const body = await this.encode(coding);
    response.setHeader('Content-Type', type);
    if (coding !== 'identity') response.setHeader('Content-Encoding', coding);
    response.setHeader('Content-Length', body.length);
    response.end(body);
  }

  private read(): NonNullable<StaticDocument['content']> {
    if (!this.content) {
      const bytes = Buffer.from(this.options.load());
      this.content = { bytes, tag: `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"` };
    }
    return this.content;
  }

  private encode(coding: Coding): Promise<Buffer> {
    let coded = this.encoded.get(coding);
    if (!coded) this.encoded.set(coding, (coded = codings[coding](this.read().bytes)));
    return coded;
  }
}
