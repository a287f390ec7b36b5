import { linksOf, walk } from '../support/http/paging.js';
import { faultyParameters, refused } from '../support/http/problem.js';
import { withSeed } from '../support/random.js';
import { useShop } from '../support/shop.js';

describe('search', () => {
  const shop = useShop();

  const find = async (path: string, query: object): Promise<{ id: number }[]> =>
    (await shop.api.get(path).query(query).expect(200)).body;
  const idsOf = (rows: { id: number }[]) => rows.map(({ id }) => id);

  describe.each(['title', 'director'] as const)('movies by %s', (member) => {
    /** Returns the found titles or directors. */
    const texts = async (text: string) =>
      ((await find('/movies', { [member]: text })) as unknown as Record<string, string>[]).map(
        (movie) => movie[member],
      );

    beforeAll(async () => {
      const { id } = await shop.clerk.genre();
      for (const text of [
        'Amélie',
        'Die Straße',
        'İstanbul',
        'ΟΔΥΣΣΕΑΣ',
        '100% Wolf',
        '1000 Wolves',
        'snake_case',
        'snakes case',
        'back\\slash',
        '\u{1F47B}busters',
        "Ocean's 11",
      ]) {
        await shop.clerk.movie(0, { [member]: text, genre_id: id });
      }
    });

    it.each([
      ['a part of it', 'méli', 'Amélie'],
      ['another case', 'AMÉLIE', 'Amélie'],
      ['no accents', 'amelie', 'Amélie'],
      ['other accents', 'àmêlïe', 'Amélie'],
      ['accents as marks of their own', 'Ame\u0301lie', 'Amélie'],
      ['ss for ß', 'strasse', 'Die Straße'],
      ['ẞ for ß', 'STRAẞE', 'Die Straße'],
      ['i for İ', 'istanbul', 'İstanbul'],
      ['I for İ', 'ISTANBUL', 'İstanbul'],
      ['σ for ς', 'οδυσσεασ', 'ΟΔΥΣΣΕΑΣ'],
      ['a part that ends in Σ', 'ΟΔΥΣ', 'ΟΔΥΣΣΕΑΣ'],
      ['full-width letters', 'ａｍｅｌｉｅ', 'Amélie'],
      ['space around it', '  amélie ', 'Amélie'],
      ['a percent sign', '0% w', '100% Wolf'],
      ['an underscore', 'e_c', 'snake_case'],
      ['a backslash', 'k\\s', 'back\\slash'],
      ['an apostrophe', "n's", "Ocean's 11"],
      ['an emoji', '\u{1F47B}', '\u{1F47B}busters'],
    ])('finds it by %s', async (_, text, found) => {
      expect(await texts(text)).toEqual([found]);
    });

    it.each(['_', '%'])('searches for %j literally, not as a wildcard', async (text) => {
      expect(await texts(text)).toHaveLength(1);
    });

    describe('with letters and signs that are typed differently', () => {
      beforeAll(async () => {
        const { id } = await shop.clerk.genre();
        for (const text of Object.keys(searches)) await shop.clerk.movie(0, { [member]: text, genre_id: id });
      });

      /** Other searches that find each text. */
      const searches: Readonly<Record<string, readonly string[]>> = {
        'Søren Smørrebrød': ['soren smorrebrod', 'SØREN'],
        'Łódź Kaliska': ['lodz kaliska', 'łódz'],
        'Đorđe Ðð': ['dorde dd', 'ĐORĐE'],
        'Þórir Þing': ['thorir thing', 'þing'],
        'Æon Cœur': ['aeon coeur', 'ÆON', 'CŒUR'],
        'Għawdex Ħamrun': ['ghawdex hamrun'],
        'Kadıköy Işıl': ['kadikoy isil', 'KADIKÖY IŞIL'],
        'Groß Fußweg': ['gross fussweg', 'GROSSFUSSWEG'.slice(0, 5), 'groß'],
        'ﬁlm ſtory': ['film story'],
        'Rock´n’roll ʼn ‘roll’': ["rock'n'roll", 'rock‘n’roll', "'roll'", '`ROLL´', 'ʼroll'],
        'Spider‐Man ‑ Again – Once': ['spider-man', 'spider–man', 'man spider', '- once', '‑ again'],
        '“Crocodile” Dundee': ['"crocodile"', '«crocodile» dundee'],
        'Two\u00a0\u00a0 Blanks\u3000Here': ['two blanks here', ' two\t\u2003blanks ', 'here  two'],
        'Zero\u00a0width': ['ze\u200bro\u00ad width\u200d'],
        ぱぱのパン: ['ﾊﾟﾝ', 'ぱぱ'],
        はは: [],
        दिल: [],
        दाल: [],
        'Йод Ёлка': ['йод', 'елка', 'ЁЛКА'],
        'Її світ': ['її'],
        שָׁלוֹם: ['שלום', 'שָלום'],
        'مُحَمَّد العربـــي': ['محمد العربي'],
        سؤال: [],
        한국: ['한국'],
        'می\u200cخواهم': ['میخواهم'],
        'Ångström Ǿ': ['angstrom o', 'A\u030angström'],
        'I \u2764\ufe0f NY': ['i \u2764 ny'],
        '1,000 Nights, 2': ['1,000 nights', '2, nights', '000 nights;2'],
        Μαΐου: ['μαιου', 'ΜΑΪΟΥ'],
      };

      it.each(Object.entries(searches))('finds %s by itself and by %j', async (text, others) => {
        for (const search of [text, ...others]) expect([search, await texts(search)]).toEqual([search, [text]]);
      });

      it.each([
        ['はは', 'ぱぱ'],
        ['हिंदी दल', 'दिल'],
        ['Иод', 'Йод'],
        ['Іі світ', 'Її'],
        ['سوال', 'سؤال'],
        ['하국', '한국'],
      ])('distinguishes %s from %s', async (search) => {
        expect(await texts(search)).not.toContainEqual(expect.stringMatching(/ぱぱ|दिल|Йод|Її|سؤال|한국/));
      });

      it.each(['\u200b', '\u0301', '\u2060\u200d', '\u00a0\u3164', '\ufe0f', '\u064e', '\u0640'])(
        'returns 422 for %j, which is empty after folding',
        async (search) => {
          expect(await faultyParameters(shop.api.get('/movies').query({ [member]: search }))).toEqual([member]);
          expect(await faultyParameters(shop.api.get('/clients').query({ name: search }))).toEqual(['name']);
        },
      );

      it('finds signs without letters', async () => {
        expect(await texts(',')).toEqual(['1,000 Nights, 2']);
        expect(await texts('-')).toEqual(['Spider‐Man ‑ Again – Once']);
      });
    });

    it('returns an empty list if nothing is found', async () => {
      expect(await texts('no such film')).toEqual([]);
    });
  });

  it('finds exactly the movies that contain every word, in any order', () =>
    withSeed(async (random) => {
      const { id: genre } = await shop.clerk.genre();
      const signs = ['a', 'b', 'a', 'b', '%', '_', '\\', '"', "'", '*', '(', ' ', 'ж', '字', '\u{1F47B}'];
      const text = (length: number) => Array.from({ length }, () => random.pick(signs)).join('');
      const movies: { id: number; title: string; director: string | null; year: number }[] = [];
      for (let count = 0; count < 40; count++) {
        const members = {
          title: `a${text(2 + random.below(10))}b`,
          director: random.below(4) > 0 ? `a${text(2 + random.below(10))}b` : null,
          year: 1950 + random.below(5),
          genre_id: genre,
        };
        movies.push((await shop.clerk.movie(0, members)) as (typeof movies)[number]);
      }
      const partOf = (whole: string): string => {
        const part = [...whole]
          .slice(random.below(3))
          .slice(0, 1 + random.below(6))
          .join('');
        return (random.below(4) > 0 ? part : text(4)).trim() || 'a';
      };
      const contains = (text: string | null, words: string | undefined): boolean =>
        words === undefined || (text !== null && words.split(' ').every((word) => text.includes(word)));
      for (let count = 0; count < 90; count++) {
        const { title, director } = random.pick(movies);
        const terms = {
          ...(count % 3 < 2 && { title: partOf(title) }),
          ...(count % 3 > 0 && { director: partOf(director ?? 'ab') }),
        };
        const found = movies.filter(
          (movie) => contains(movie.title, terms.title) && contains(movie.director, terms.director),
        );
        const byYear = [...found].sort((one, other) => other.year - one.year || other.id - one.id);
        const query = { ...terms, genre_id: genre, limit: 200 };
        expect([terms, idsOf(await find('/movies', query))]).toEqual([terms, idsOf(found)]);
        expect([terms, idsOf(await find('/movies', { ...query, sort: '-year' }))]).toEqual([terms, idsOf(byYear)]);
      }
    }));

  it('pages through the movies that a title and a director select, and counts them', async () => {
    const { id: genre } = await shop.clerk.genre();
    const ids: number[] = [];
    for (const [title, director] of [
      ['Night Train', 'Ånn Paging'],
      ['Day Train', 'Ann Paging'],
      ['Night Ferry', 'Ann Paging'],
      ['night trains', 'Paging, ann'],
      ['Night Train', null],
      ['Train at Night', 'ann paging'],
    ] as const) {
      ids.push((await shop.clerk.movie(0, { title, director, genre_id: genre })).id);
    }
    const wanted = [ids[0]!, ids[3]!, ids[5]!];
    const path = '/movies?title=night+train&director=ann+paging&limit=1&include_total=true';
    expect((await walk(shop.api, path, 'next')).flat()).toEqual(wanted);
    const last = await shop.api.get(`${path}&sort=-id`).expect(200);
    expect(idsOf(last.body as { id: number }[])).toEqual([ids[5]]);
    expect(last.headers['x-total-count']).toBe('3');
    expect((await walk(shop.api, `${path}&sort=-title`, 'next')).flat()).toEqual([ids[5], ids[3], ids[0]]);
    const { next } = linksOf(await shop.api.get(path).expect(200));
    expect(await faultyParameters(shop.api.get(next!.replace('director=ann', 'director=anna')))).toEqual(['cursor']);
    const second = await shop.api.get(next!).expect(200);
    expect(idsOf((await shop.api.get(linksOf(second).prev!).expect(200)).body as { id: number }[])).toEqual([ids[0]]);
  });

  it('finds a movie by its current director', async () => {
    const movie = await shop.clerk.movie(0);
    const byDirector = async (director: string) => idsOf(await find('/movies', { director }));
    const change = (director: string | null) => shop.api.patch(`/movies/${movie.id}`).send({ director }).expect(200);
    await change('Alan Smithee');
    expect(await byDirector('alan smithee')).toEqual([movie.id]);
    await change('Dennis Hopper');
    expect(await byDirector('smithee')).toEqual([]);
    expect(await byDirector('hopper')).toEqual([movie.id]);
    await shop.api.patch(`/movies/${movie.id}`).send({ title: 'Catchfire' }).expect(200);
    expect(await byDirector('hopper')).toEqual([movie.id]);
    await change(null);
    expect(await byDirector('hopper')).toEqual([]);
    const { title, year, genre_id } = movie;
    await shop.api.put(`/movies/${movie.id}`).send({ title, year, genre_id, director: 'Dennis Hopper' }).expect(200);
    expect(await byDirector('hopper')).toEqual([movie.id]);
    await shop.api.put(`/movies/${movie.id}`).send({ title, year, genre_id }).expect(200);
    expect(await byDirector('hopper')).toEqual([]);
  });

  it('finds a movie by its current title, and a client by the current name', async () => {
    const movie = await shop.clerk.movie(0, { title: 'Formerly Known' });
    await shop.api.patch(`/movies/${movie['id']}`).send({ title: 'Henceforth' }).expect(200);
    expect(await find('/movies', { title: 'formerly' })).toEqual([]);
    expect(idsOf(await find('/movies', { title: 'henceforth' }))).toEqual([movie['id']]);
    await shop.api.delete(`/movies/${movie['id']}`).expect(204);
    expect(await find('/movies', { title: 'henceforth' })).toEqual([]);
    const client = await shop.clerk.client({ first_name: 'Maiden', last_name: 'Name' });
    await shop.api.patch(`/clients/${client['id']}`).send({ last_name: 'Married' }).expect(200);
    expect(await find('/clients', { name: 'maiden name' })).toEqual([]);
    expect(idsOf(await find('/clients', { name: 'maiden married' }))).toEqual([client['id']]);
  });

  it.each(['\ufdfa', '\u337f', '\u{1d56b}'])(
    'finds a title full of %s, which expands to several letters',
    async (sign) => {
      const { id } = await shop.clerk.movie(0, { title: sign.repeat(255) });
      expect(idsOf(await find('/movies', { title: sign.repeat(20) }))).toEqual([id]);
      const client = await shop.clerk.client({ first_name: sign.repeat(100), last_name: sign.repeat(100) });
      expect(idsOf(await find('/clients', { name: sign }))).toEqual([client.id]);
    },
  );

  it('finds movies by genre, year and availability', async () => {
    const [genre, client] = [await shop.clerk.genre(), await shop.clerk.client()];
    const inGenre = (stock: number, year: number) => shop.clerk.movie(stock, { genre_id: genre.id, year });
    const [none, free, out] = [await inGenre(0, 1955), await inGenre(2, 1955), await inGenre(1, 1977)];
    await shop.clerk.rent(client.id, free.copies[0].id);
    await shop.clerk.rent(client.id, out.copies[0].id);
    const movies = async (query: object) => idsOf(await find('/movies', { genre_id: genre.id, ...query }));
    expect(await movies({})).toEqual([none.id, free.id, out.id]);
    expect(await movies({ year: 1955 })).toEqual([none.id, free.id]);
    expect(await movies({ available: true })).toEqual([free.id]);
    expect(await movies({ available: false })).toEqual([none.id, out.id]);
    expect(await movies({ available: true, year: 1977 })).toEqual([]);
    await shop.api.patch(`/movie_copies/${free.copies[1].id}`).send({ service_state: 'lost' }).expect(200);
    expect(await movies({ available: true })).toEqual([]);
  });

  it('lists the movies of a genre', async () => {
    const [genre, other] = [await shop.clerk.genre(), await shop.clerk.genre()];
    const movie = await shop.clerk.movie(1, { genre_id: genre.id });
    await shop.clerk.movie(1, { genre_id: other.id });
    expect(await find(`/genres/${genre.id}/movies`, {})).toEqual([movie]);
    const { detail } = await refused(shop.api.get('/genres/999999/movies'), 404, 'not-found');
    expect(detail).toBe('Genre not found');
  });

  it('finds clients by any part of their name, regardless of case and accents', async () => {
    const { id } = await shop.clerk.client({ first_name: 'Zoë', last_name: "O'Brien-Núñez" });
    for (const name of ['zoe', 'NUNEZ', "ë o'b", "o'brien-núñez"]) {
      expect(idsOf(await find('/clients', { name }))).toEqual([id]);
    }
    expect(await find('/clients', { name: 'zo%' })).toEqual([]);
  });

  it('finds clients by all words of the name, in any order', async () => {
    const { id } = await shop.clerk.client({ first_name: 'Mary Ann', last_name: 'Smithe-Løw' });
    await shop.clerk.client({ first_name: 'Mary', last_name: 'Jonese' });
    await shop.clerk.client({ first_name: 'John', last_name: 'Smithe' });
    for (const name of [
      'Smithe, Mary',
      'mary smithe',
      'SMITHE,MARY',
      'ann low mary',
      'low; an',
      'y sm',
      'smithe–low',
    ]) {
      expect([name, idsOf(await find('/clients', { name }))]).toEqual([name, [id]]);
    }
    expect(await find('/clients', { name: 'mary smithe john' })).toEqual([]);
    const words = 'a e i o u m s t h n r y w l'.repeat(5);
    expect(idsOf(await find('/clients', { name: `smithe mary ${words}` }))).toEqual([]);
    expect(idsOf(await find('/clients', { name: 'a e i o m s t h n r y w l smithe-low' }))).toEqual([id]);
  });

  it('finds the client with a complete license number, in any case and width', async () => {
    const { id } = await shop.clerk.client({ license_number: 'XY-100' });
    await shop.clerk.client({ license_number: 'XY-1001' });
    for (const license_number of ['XY-100', 'xy-100', ' ｘｙ-１００\u001d', 'XY\u2010100']) {
      expect(idsOf(await find('/clients', { license_number }))).toEqual([id]);
    }
    expect(await find('/clients', { license_number: 'XY-1' })).toEqual([]);
  });

  it('finds rentals by client, copy and is_closed', async () => {
    const [one, other, movie] = [await shop.clerk.client(), await shop.clerk.client(), await shop.clerk.movie(2)];
    const [first, second] = movie.copies.map(({ id }: { id: number }) => id);
    const closed = await shop.clerk.close((await shop.clerk.rent(one.id, first)).id);
    const open = await shop.clerk.rent(one.id, first);
    const others = await shop.clerk.rent(other.id, second);
    expect(await find('/movie_rents', { client_id: one.id })).toEqual([closed, open]);
    expect(await find('/movie_rents', { client_id: one.id, is_closed: true })).toEqual([closed]);
    expect(await find('/movie_rents', { client_id: one.id, is_closed: false })).toEqual([open]);
    expect(await find('/movie_rents', { movie_copy_id: first })).toEqual([closed, open]);
    expect(await find('/movie_rents', { movie_copy_id: second })).toEqual([others]);
    expect(await find('/movie_rents', { movie_copy_id: first, is_closed: false, client_id: other.id })).toEqual([]);
  });

  it('lists the rentals of a client, also only the open ones or those of a copy', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const [first, second] = movie.copies.map(({ id }: { id: number }) => id);
    const closed = await shop.clerk.close((await shop.clerk.rent(client.id, first)).id);
    const open = await shop.clerk.rent(client.id, second);
    const path = `/clients/${client.id}/movie_rents`;
    expect(await find(path, {})).toEqual([closed, open]);
    expect(await find(path, { is_closed: false })).toEqual([open]);
    expect(await find(path, { movie_copy_id: first })).toEqual([closed]);
    const { detail } = await refused(shop.api.get('/clients/999999/movie_rents'), 404, 'not-found');
    expect(detail).toBe('Client not found');
  });

  it('returns an empty list for an unknown id', async () => {
    expect(await find('/movies', { genre_id: 999_999 })).toEqual([]);
    expect(await find('/movie_rents', { client_id: 999_999, movie_copy_id: 999_999 })).toEqual([]);
  });

  it('lists all invalid parameters in one response', async () => {
    const query = { available: 'yes', genre_id: '0', titel: 'x', sort: 'director' };
    const parameters = await faultyParameters(shop.api.get('/movies').query(query));
    expect(new Set(parameters)).toEqual(new Set(Object.keys(query)));
  });
});
