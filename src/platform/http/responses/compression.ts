import compression from 'compression';
import type { Response } from 'express';

/** Characters from which on an answer is compressed: below, it costs more than it saves. */
const minCompressedLength = 2048;

const compress = compression();

/** Whether a body is large enough to compress. */
export const isLarge = ({ length }: string | Buffer): boolean => length >= minCompressedLength;

/** Sends text. Where it stays as it is, it is spared the machinery of compressing, which costs as much as the sending. */
export function send(response: Response, text: string): void {
  const { req: request } = response;
  response.setHeader('Content-Length', Buffer.byteLength(text));
  if (isLarge(text)) response.vary('Accept-Encoding');
  if (isLarge(text) && request.headers['accept-encoding']) {
    compress(request, tagCoding(response), () => response.end(text));
  } else response.end(text);
}

/** A strong ETag stands for one sequence of bytes: a compressed answer's has the coding behind it ("…;gzip"). */
function tagCoding(response: Response): Response {
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => Response;
  response.writeHead = (...head: unknown[]) => {
    const [tag, coding] = [response.get('ETag'), response.get('Content-Encoding')];
    if (tag && coding) response.set('ETag', tag.replace(/"$/, `;${coding}"`));
    return writeHead(...head);
  };
  return response;
}
