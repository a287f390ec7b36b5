import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { maxId } from '../../http/dto/path-id.js';

/** The parts of a token `mr_<id>_<secret>`. */
interface ApiKeyToken {
  readonly id: number;
  readonly secret: string;
}

/** 256 bits: no digest of a secret can be inverted, so it needs no salt and no slow hash. */
const secretBytes = 32;

export const newSecret = (): string => randomBytes(secretBytes).toString('base64url');

export const tokenOf = ({ id, secret }: ApiKeyToken): string => `mr_${id}_${secret}`;

/** Returns undefined if the text is not a token of an API key. */
export function parseApiKeyToken(text: string): ApiKeyToken | undefined {
  const [, id, secret] = /^mr_([1-9]\d{0,9})_([\w-]{43})$/.exec(text) ?? [];
  if (secret === undefined || Number(id) > maxId) return undefined;
  return { id: Number(id), secret };
}

export const digestOf = (secret: string): string => hash('sha256', secret, 'base64url');

/** Compares digests in a time that does not depend on where they differ. */
export function isDigestOf(digest: Buffer, secret: string): boolean {
  const given = hash('sha256', secret, 'buffer');
  return digest.length === given.length && timingSafeEqual(digest, given);
}
