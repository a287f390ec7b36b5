import type { INestApplication } from '@nestjs/common';
import compress from 'compression';
import type { NextFunction, Request, Response } from 'express';

/** Bytes from which on an answer is compressed: below, it costs more than it saves. */
const threshold = 2048;

/**
 * Compresses large answers. A strong ETag stands for one sequence of bytes: a compressed answer's has the coding
 * behind it ("…;gzip"), and requests may name either.
 */
export function useCompression(app: INestApplication): void {
  app.use(tagCodings);
  app.use(compress({ threshold }));
}

function tagCodings(request: Request, response: Response, next: NextFunction): void {
  for (const name of ['if-match', 'if-none-match'] as const) {
    request.headers[name] &&= request.headers[name].replace(/;\w+(?=")/g, '');
  }
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => Response;
  response.writeHead = (...head: unknown[]) => {
    const [tag, coding] = [response.get('ETag'), response.get('Content-Encoding')];
    if (tag && coding) response.set('ETag', tag.replace(/"$/, `;${coding}"`));
    return writeHead(...head);
  };
  next();
}
