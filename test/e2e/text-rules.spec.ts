import { faultyMembers } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('characters of text', () => {
  const shop = useShop();

  /** Valid bodies, and their members with text of each kind. */
  let lines: [path: string, body: object, member: string][];
  let prose: typeof lines;
  let codes: typeof lines;
  beforeAll(async () => {
    const { id, genre_id } = await shop.clerk.movie(0);
    const movie = { title: 'Good', year: 1999, genre_id };
    const client = { first_name: 'Good', last_name: 'Client', address: '1 Good Lane' };
    lines = [
      ['/genres', { name: 'Good' }, 'name'],
      ['/movies', movie, 'title'],
      ['/movies', movie, 'director'],
      ['/clients', client, 'first_name'],
      ['/clients', client, 'last_name'],
    ];
    prose = [
      ['/movies', movie, 'description'],
      ['/clients', client, 'address'],
    ];
    codes = [
      ['/clients', client, 'license_number'],
      [`/movies/${id}/copies`, {}, 'code'],
    ];
  });

  const post = ([path, body, member]: (typeof lines)[number], text: string) =>
    shop.api.post(path).send({ ...body, [member]: text });
  const codesOf = async (request: ReturnType<typeof post>): Promise<string[]> =>
    (await request.expect(422)).body.errors.map(({ code }: { code: string }) => code);

  it.each([
    ['a line break', 'DVD-1\nDVD-2'],
    ['a tab', 'a\tb'],
    ['a carriage return', 'a\rb'],
    ['a bell', 'a\u0007b'],
    ['DEL', 'a\u007fb'],
    ['a C1 control', 'a\u0085b'],
    ['a line separator', 'a\u2028b'],
    ['a zero-width space', 'a\u200bb'],
    ['a zero-width non-joiner between Latin letters', 'a\u200cb'],
    ['a joiner between Latin letters', 'a\u200db'],
    ['a soft hyphen', 'a\u00adb'],
    ['a left-to-right mark', 'a\u200eb'],
    ['a right-to-left override', 'a\u202eb'],
    ['an isolate', 'a\u2066b\u2069'],
    ['a byte order mark', 'a\ufeffb'],
    ['a word joiner', 'a\u2060b'],
    ['a tag', 'a\u{e0061}b'],
    ['half a surrogate pair', 'a\ud800'],
    ['a noncharacter', 'a\uffffb'],
  ])('refuses %s in titles, names and codes', async (_, text) => {
    for (const member of [...lines, ...codes]) {
      expect([member, await faultyMembers(post(member, text))]).toEqual([member, [`#/${member[2]}`]]);
      expect(await codesOf(post(member, text))).toEqual(['characters']);
    }
  });

  it.each(['\u200b', '\u200b\u200b ', '\u3164', '\u2800', '\u00a0\ufeff', '\u2060', '\u200e', '\ufe0f'])(
    'refuses a text of %j alone, which is invisible',
    async (text) => {
      for (const member of [...lines, ...prose, ...codes]) {
        expect([member, await faultyMembers(post(member, text))]).toEqual([member, [`#/${member[2]}`]]);
      }
    },
  );

  it.each(['Drama\u200b', '\u200bDrama', 'Dra\u200bma', 'Drama\u200d', 'Drama\u0000'])(
    'refuses the genre %j beside Drama',
    async (name) => {
      await shop.api.post('/genres').send({ name: 'Drama' });
      expect(await faultyMembers(shop.api.post('/genres').send({ name }))).toEqual(['#/name']);
    },
  );

  it.each([
    ['Persian with non-joiners', 'می\u200cخواهم'],
    ['Sinhala with a joiner', 'ශ්\u200dරී ලංකා'],
    ['Bengali with a joiner', 'র\u200d্যাব'],
    ['Malayalam with a joiner', 'അവന്\u200d'],
    ['a family', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
    ['a red-haired man', '\u{1f468}\u{1f3fd}\u200d\u{1f9b0}'],
    ['a heart on fire', '\u2764\ufe0f\u200d\u{1f525}'],
    ["Scotland's flag", '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['the end of an ayah', '\u06dd\u0661'],
    ['keycaps', '1\ufe0f\u20e39\ufe0f\u20e39\ufe0f\u20e3'],
    ['Vietnamese', 'Đường phố'],
    ['Hebrew with points', 'שָׁלוֹם'],
  ])('accepts %s in titles and names', async (_, text) => {
    const [, title] = lines;
    expect((await post(title!, text).expect(201)).body.title).toBe(text.normalize('NFC'));
    expect((await shop.api.get('/movies').query({ title: text }).expect(200)).body).toHaveLength(1);
    await post(lines[4]!, text).expect(201);
  });

  it('accepts line breaks, tabs and format characters in descriptions and addresses, and no other control characters', async () => {
    for (const member of prose) {
      const text = 'First line\r\nsecond\tline, a soft\u00adhyphen, \u200eleft\u200f, ภาษา\u200bไทย';
      expect((await post(member, `\n${text}\n`).expect(201)).body[member[2]]).toBe(text);
      for (const control of ['\u0000', '\u0007', '\u001b', '\u007f', '\u0085', '\ud800', '\ufffe']) {
        expect(await faultyMembers(post(member, `a${control}b`))).toEqual([`#/${member[2]}`]);
      }
    }
  });

  it('removes control characters that scanners add at the ends of codes', async () => {
    for (const [index, [before, after]] of [
      ['\u0002', '\u0003\r\n'],
      ['\ufeff ', '\u001d\u001e\u0004'],
      ['\t', '\t'],
      ['\u200e', '\u200b'],
    ].entries()) {
      for (const member of codes) {
        const { body } = await post(member, `${before}Code ${index}${after}`).expect(201);
        expect(body[member[2]]).toBe(`Code ${index}`);
      }
    }
    for (const member of codes) expect(await faultyMembers(post(member, '\u0002\u0003'))).toEqual([`#/${member[2]}`]);
  });
});
