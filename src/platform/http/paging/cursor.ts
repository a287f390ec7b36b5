import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { KeysetPosition } from '../../../kernel/page.js';
import { searchableLength } from '../../../kernel/text.js';
import { maxId } from '../dto/path-id.js';

export type CursorPosition = KeysetPosition & { readonly direction: 'after' | 'before' };

/** Type of the sort values of a list. */
export type SortType = 'integer' | 'text';

const algorithm = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;
/** Bytes before the sort value: kind and id. */
const headLength = 5;

const directions = ['after', 'before'] as const;
const encodings = ['integer', 'utf8', 'utf16le'] as const;

/**
 * Encrypts and authenticates keyset positions as opaque cursors (AES-256-GCM), which clients can neither read nor
 * forge. The scope of a cursor (list, filters and sort order) is authenticated with it.
 *
 * The nonce is synthetic: a MAC of scope and position. Equal positions have equal cursors on all instances that share
 * the key. See docs/decisions/0025.
 */
export class CursorCipher {
  private readonly encryptionKey: KeyObject;
  private readonly nonceKey: KeyObject;

  /** @param secret shared by all instances on one database */
  constructor(secret: string) {
    const derive = (purpose: string): KeyObject =>
      createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `movie-rental cursor 1 ${purpose}`, 32)));
    this.encryptionKey = derive('encryption');
    this.nonceKey = derive('nonce');
  }

  encrypt(position: CursorPosition, scope: string): string {
    const plain = encode(position);
    const nonce = this.nonceOf(plain, scope);
    const cipher = createCipheriv(algorithm, this.encryptionKey, nonce, { authTagLength: tagLength });
    cipher.setAAD(Buffer.from(scope));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** Returns undefined unless the cursor was encrypted with this key, for this scope and type of sort values. */
  decrypt(cursor: string, scope: string, type: SortType): CursorPosition | undefined {
    const bytes = Buffer.from(cursor, 'base64url');
    // Node's base64url decoder ignores stray characters and unused bits.
    if (bytes.length < nonceLength + headLength + tagLength || bytes.toString('base64url') !== cursor) return undefined;
    const nonce = bytes.subarray(0, nonceLength);
    const decipher = createDecipheriv(algorithm, this.encryptionKey, nonce, { authTagLength: tagLength });
    decipher.setAAD(Buffer.from(scope)).setAuthTag(bytes.subarray(-tagLength));
    const plain = decipher.update(bytes.subarray(nonceLength, -tagLength));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return decode(plain, type);
  }

  private nonceOf(plain: Buffer, scope: string): Buffer {
    return createHmac('sha256', this.nonceKey).update(scope).update(plain).digest().subarray(0, nonceLength);
  }
}

/** Encodes a position in binary, with text in the shorter of two encodings: cursors have at most 1,700 characters. */
function encode({ direction, value, id }: CursorPosition): Buffer {
  const text = String(value);
  const encoding = typeof value === 'number' ? 'integer' : shorterEncoding(text);
  const head = Buffer.alloc(headLength);
  head.writeUInt8(directions.indexOf(direction) * encodings.length + encodings.indexOf(encoding));
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, Buffer.from(text, encoding === 'integer' ? 'latin1' : encoding)]);
}

const shorterEncoding = (text: string): 'utf8' | 'utf16le' =>
  Buffer.byteLength(text, 'utf8') <= Buffer.byteLength(text, 'utf16le') ? 'utf8' : 'utf16le';

/** Returns undefined if the value does not fit the list, as in a cursor of a release with another sort order. */
function decode(plain: Buffer, type: SortType): CursorPosition | undefined {
  const kind = plain.readUInt8();
  const direction = directions[Math.floor(kind / encodings.length)];
  const encoding = encodings[kind % encodings.length]!;
  const id = plain.readUInt32BE(1);
  if (!direction || id < 1 || id > maxId || (encoding === 'integer') !== (type === 'integer')) return undefined;
  const text = plain.toString(encoding === 'integer' ? 'latin1' : encoding, headLength);
  const value = type === 'integer' ? integerOf(text) : textOf(text);
  return value === undefined ? undefined : { direction, value, id };
}

function integerOf(text: string): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && Math.abs(value) <= maxId && String(value) === text ? value : undefined;
}

const textOf = (text: string): string | undefined =>
  text.length <= searchableLength && text.isWellFormed() && !text.includes('\0') ? text : undefined;
