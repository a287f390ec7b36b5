import compression from 'compression';
import type { Request, Response } from 'express';
import onHeaders from 'on-headers';

/** Minimum body length for compression, in characters; below it the overhead exceeds the saving. */
const minCompressedLength = 2048;

const compress = compression();

/** Whether a body is large enough to compress. */
export const isLarge = ({ length }: string | Buffer): boolean => length >= minCompressedLength;

/** Returns the content coding that the client prefers among `codings` and identity. */
export function preferredCoding<Coding extends string>(
  request: Request,
  codings: readonly Coding[],
): Coding | 'identity' {
  if (!request.headers['accept-encoding']) return 'identity';
  return (request.acceptsEncodings(...codings, 'identity') || 'identity') as Coding | 'identity';
}

/** Sends a body. Small bodies bypass the compression middleware, whose overhead would double the cost. */
export function send(response: Response, text: string): void {
  const { req: request } = response;
  response.setHeader('Content-Length', Buffer.byteLength(text));
  if (isLarge(text)) response.vary('Accept-Encoding');
  if (isLarge(text) && request.headers['accept-encoding']) {
    compress(request, tagCoding(response), () => response.end(text));
  } else response.end(text);
}

/**
 * A strong ETag identifies one sequence of bytes: that of a compressed response has its coding appended ("…;gzip").
 * Registered before the compression middleware, since the listener that was registered last is called first.
 */
function tagCoding(response: Response): Response {
  onHeaders(response, () => {
    const [tag, coding] = [response.get('ETag'), response.get('Content-Encoding')];
    if (tag && coding) response.set('ETag', tag.replace(/"$/, `;${coding}"`));
  });
  return response;
}
