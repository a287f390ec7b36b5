import { CursorCipher } from '../../src/platform/http/paging/cursor.js';
import { searchableLength } from '../../src/kernel/text.js';

const secret = 'a secret of this installation';
const scope = '{"sort":"title"}';
const place = { direction: 'after', value: 'straight story', id: 42 } as const;

describe('CursorCipher', () => {
  const cipher = new CursorCipher(secret);
  const cursor = cipher.encrypt(place, scope);

  it.each([
    [place, 'text'],
    [{ direction: 'before', value: 1999, id: 1 }, 'integer'],
    [{ direction: 'after', value: -1, id: 2 ** 31 - 1 }, 'integer'],
    [{ direction: 'after', value: '', id: 1 }, 'text'],
    [{ direction: 'before', value: '\u{1F47B}\u0001界"'.repeat(100), id: 7 }, 'text'],
  ] as const)('decrypts what was encrypted with the same secret: %j', (each, type) => {
    expect(new CursorCipher(secret).decrypt(cipher.encrypt(each, scope), scope, type)).toEqual(each);
  });

  it('encrypts equal positions of one list to equal cursors, and others to different ones', () => {
    expect(new CursorCipher(secret).encrypt(place, scope)).toBe(cursor);
    const others = [
      cipher.encrypt({ ...place, direction: 'before' }, scope),
      cipher.encrypt({ ...place, id: 43 }, scope),
      cipher.encrypt({ ...place, value: 'straight stories' }, scope),
      cipher.encrypt(place, '{"sort":"-title"}'),
      new CursorCipher('another').encrypt(place, scope),
    ];
    expect(new Set([cursor, ...others]).size).toBe(6);
  });

  it('rejects a cursor of another secret or another scope', () => {
    expect(new CursorCipher('another').decrypt(cursor, scope, 'text')).toBeUndefined();
    expect(cipher.decrypt(cursor, '{"sort":"-title"}', 'text')).toBeUndefined();
  });

  it('rejects every truncation, and every flipped bit', () => {
    const bytes = Buffer.from(cursor, 'base64url');
    for (let length = 0; length < cursor.length; length++) {
      expect(cipher.decrypt(cursor.slice(0, length), scope, 'text')).toBeUndefined();
    }
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = Buffer.from(bytes);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(cipher.decrypt(altered.toString('base64url'), scope, 'text')).toBeUndefined();
    }
  });

  it('rejects another encoding of the same bytes', () => {
    for (const altered of [`${cursor}=`, `${cursor}\n`, ` ${cursor}`, `${cursor}!`, `!${cursor}`]) {
      expect(cipher.decrypt(altered, scope, 'text')).toBeUndefined();
    }
  });

  // Encrypted by the same service, in a release with other sort orders.
  it.each([
    ['a text where the list is sorted by integers', { ...place }, 'integer'],
    ['an integer where the list is sorted by text', { ...place, value: 1999 }, 'text'],
    ['an integer beyond the range of the column', { ...place, value: 2 ** 31 }, 'integer'],
    ['a number that is not whole', { ...place, value: 1.5 }, 'integer'],
    ['a value that is not a number', { ...place, value: NaN }, 'integer'],
    ['an id of 0', { ...place, id: 0 }, 'text'],
    ['an id of 2^31', { ...place, id: 2 ** 31 }, 'text'],
    ['a text longer than any that is sorted by', { ...place, value: 'x'.repeat(searchableLength + 1) }, 'text'],
    ['a NUL, which PostgreSQL refuses', { ...place, value: 'a\0b' }, 'text'],
    ['a lone surrogate', { ...place, value: `${'界'.repeat(9)}\ud800` }, 'text'],
  ] as const)('rejects %s, though it is authentic', (_, each, type) => {
    expect(cipher.decrypt(cipher.encrypt(each, scope), scope, type)).toBeUndefined();
  });
});
