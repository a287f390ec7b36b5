import { queryRaw } from '../support/database/raw-database.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';
import { statuses } from '../support/statuses.js';
import type { LineBody } from '../support/bodies.js';

describe('returns', () => {
  const shop = useShop();
  beforeEach(() => shop.clock.run());

  /** A client with all copies of a movie. */
  const rental = async (stock: number) => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(stock)];
    const rent = await shop.clerk.rent(client.id, ...movie.copies.map(({ id }: { id: number }) => id));
    const codes: string[] = movie.copies.map(({ code }: { code: string }) => code);
    return { client, movie, codes, rent, lines: rent.details as [LineBody, LineBody, LineBody] };
  };
  const giveBack = (rentId: number, ...details: object[]) =>
    shop.api.post(`/movie_rents/${rentId}/returns`).send({ details });
  const stateOf = async ({ movie_copy_id: id }: LineBody) =>
    (await shop.api.get(`/movie_copies/${id}`).expect(200)).body.service_state;
  const setState = (line: LineBody, service_state: string) =>
    shop.api.patch(`/movie_copies/${line.movie_copy_id}`).send({ service_state }).expect(200);
  const returnedOf = ({ details }: { details: LineBody[] }) =>
    details.map(({ returned_datetime }) => returned_datetime);
  const eventsOf = async ({ id }: LineBody) => {
    const sql = `SELECT type, changes FROM event WHERE resource = 'movie_rent_details' AND resource_id = ${id} ORDER BY id`;
    const rows = await queryRaw<{ type: string; changes: string }>(shop.databaseUrl, sql);
    return rows.map(({ type, changes }) => ({ type, ...(JSON.parse(changes) as object) }));
  };

  describe('of lines of a rental', () => {
    it('end these lines, named by id, copy or barcode, and leave the others open', async () => {
      const { movie, codes, rent, lines } = await rental(4);
      const [first, second] = lines;
      shop.clock.set('2030-01-01T10:00:00.000Z');
      const { body } = await giveBack(
        rent.id,
        { id: first.id },
        { movie_copy_id: second.movie_copy_id },
        { code: ` ${codes[2]!.toLowerCase()} ` },
      ).expect(200);
      const now = '2030-01-01T10:00:00.000Z';
      expect(returnedOf(body)).toEqual([now, now, now, null]);
      expect(body).toMatchObject({ is_closed: false, closed_datetime: null });
      expect((await shop.api.get(`/movie_rents/${rent.id}`)).body).toEqual(body);
      expect((await shop.api.get(`/movies/${movie.id}`)).body.available).toBe(3);
      expect(await eventsOf(first)).toMatchObject([{ type: 'line.returned', condition: 'ok' }]);
    });

    it('keep the first time of a returned line, and close the rental with the last line', async () => {
      const { rent, lines } = await rental(2);
      shop.clock.set('2030-01-01T10:00:00.000Z');
      await giveBack(rent.id, { id: lines[0].id }).expect(200);
      shop.clock.set('2030-01-02T10:00:00.000Z');
      const { body } = await giveBack(rent.id, { id: lines[0].id }, { id: lines[1].id }).expect(200);
      expect(returnedOf(body)).toEqual(['2030-01-01T10:00:00.000Z', '2030-01-02T10:00:00.000Z']);
      expect(body).toMatchObject({ is_closed: true, closed_datetime: '2030-01-02T10:00:00.000Z' });
      shop.clock.set('2030-01-03T10:00:00.000Z');
      expect((await giveBack(rent.id, { id: lines[1].id }).expect(200)).body).toEqual(body);
      expect(await shop.clerk.close(rent.id)).toEqual(body);
    });

    it('end no line before its copy was lent, if the clock was set back', async () => {
      const { rent, lines } = await rental(1);
      shop.clock.set('2020-01-01T00:00:00.000Z');
      const { body } = await giveBack(rent.id, { id: lines[0].id }).expect(200);
      expect(returnedOf(body)).toEqual([rent.details[0].lent_datetime]);
      expect((await shop.api.get(`/movie_rents/${rent.id}`)).body).toEqual(body);
    });

    it('report every line that is not on the rental or appears twice, and change nothing', async () => {
      const [{ rent, lines, codes }, other] = [await rental(2), await rental(1)];
      const { errors } = await refused(
        giveBack(
          rent.id,
          { id: lines[0].id },
          { id: other.lines[0].id },
          { movie_copy_id: other.lines[0].movie_copy_id },
          { code: 'NO-SUCH-CODE' },
          { code: codes[0] },
        ),
        422,
        'invalid-input',
      );
      expect(errors).toMatchObject([
        { pointer: '#/details/1/id', code: 'unknown' },
        { pointer: '#/details/2/movie_copy_id', code: 'unknown' },
        { pointer: '#/details/3/code', code: 'unknown' },
        { pointer: '#/details/4/code', code: 'duplicate_line' },
      ]);
      expect((await shop.api.get(`/movie_rents/${rent.id}`)).body).toEqual(rent);
    });

    it.each([
      ['no line', []],
      ['a line without a name', [{ condition: 'ok' }]],
      ['a line with two names', [{ id: 1, movie_copy_id: 1 }]],
      ['another condition', [{ id: 1, condition: 'eaten' }]],
      ['a note of more than 500 characters', [{ id: 1, note: 'x'.repeat(501) }]],
      ['more than 100 lines', Array.from({ length: 101 }, (_, index) => ({ id: index + 1 }))],
    ])('are refused with %s', async (_, details) => {
      await refused(shop.api.post('/movie_rents/1/returns').send({ details }), 422, 'invalid-input');
    });

    it('send a damaged copy to maintenance, and record it with the note', async () => {
      const { rent, lines } = await rental(2);
      const note = 'A scratch\nacross chapter 7.';
      const damaged = { id: lines[0].id, condition: 'damaged', note };
      await giveBack(rent.id, damaged, { id: lines[1].id, note: 'The case is cracked.' }).expect(200);
      expect(await stateOf(lines[0])).toBe('maintenance');
      expect(await stateOf(lines[1])).toBe('in_service');
      expect(await eventsOf(lines[0])).toMatchObject([{ type: 'line.returned_damaged', condition: 'damaged', note }]);
      expect(await eventsOf(lines[1])).toMatchObject([{ type: 'line.returned_with_note', condition: 'ok' }]);

      const before = [await eventsOf(lines[0]), await eventsOf(lines[1])];
      await setState(lines[0], 'in_service');
      await giveBack(rent.id, damaged, { id: lines[1].id, note: 'The case is cracked.' }).expect(200);
      expect([await eventsOf(lines[0]), await eventsOf(lines[1])]).toEqual(before);
      expect(await stateOf(lines[0])).toBe('in_service');
    });

    it('record damage that is found after the return, if the copy was not lent since', async () => {
      const { client, rent, lines } = await rental(1);
      const [line] = lines;
      const { body: returned } = await giveBack(rent.id, { id: line.id }).expect(200);
      const damaged = { id: line.id, condition: 'damaged', note: 'Found at the shelf.' };
      expect((await giveBack(rent.id, damaged).expect(200)).body).toEqual(returned);
      expect(await stateOf(line)).toBe('maintenance');
      expect(await eventsOf(line)).toMatchObject([
        { type: 'line.returned' },
        { type: 'line.damage_found', note: 'Found at the shelf.' },
      ]);

      // A repeated report changes nothing, after the repair and after the next rental.
      await setState(line, 'in_service');
      expect((await giveBack(rent.id, damaged).expect(200)).body).toEqual(returned);
      expect(await stateOf(line)).toBe('in_service');
      const other = await shop.clerk.rent(client.id, line.movie_copy_id);
      expect((await giveBack(rent.id, damaged).expect(200)).body).toEqual(returned);
      expect(await eventsOf(line)).toHaveLength(2);
      await shop.clerk.close(other['id']);
    });

    it('take no damage that is found after the copy was lent to the next client', async () => {
      const { client, rent, lines } = await rental(1);
      const [line] = lines;
      const { body: returned } = await giveBack(rent.id, { id: line.id }).expect(200);
      const damaged = { id: line.id, condition: 'damaged' };
      const next = await shop.clerk.rent(client.id, line.movie_copy_id);
      const facts = { movie_copy_id: line.movie_copy_id, movie_rent_id: next['id'] };
      expect(await refused(giveBack(rent.id, damaged), 409, 'copy-lent-since')).toMatchObject(facts);
      await shop.clerk.close(next['id']);
      expect(await refused(giveBack(rent.id, damaged), 409, 'copy-lent-since')).toMatchObject(facts);
      expect(await stateOf(line)).toBe('in_service');
      expect((await giveBack(rent.id, { id: line.id }).expect(200)).body).toEqual(returned);
    });

    it.each(['retired', 'lost', 'maintenance'])(
      'do not change a copy %s that is found damaged later',
      async (state) => {
        const { rent, lines } = await rental(1);
        await giveBack(rent.id, { id: lines[0].id }).expect(200);
        await setState(lines[0], state);
        await giveBack(rent.id, { id: lines[0].id, condition: 'damaged' }).expect(200);
        expect(await stateOf(lines[0])).toBe(state);
        expect(await eventsOf(lines[0])).toMatchObject([{ type: 'line.returned' }, { type: 'line.damage_found' }]);
        await setState(lines[0], 'in_service');
        await giveBack(rent.id, { id: lines[0].id, condition: 'damaged' }).expect(200);
        expect(await stateOf(lines[0])).toBe('in_service');
      },
    );

    it('return 404 for an unknown rental', async () => {
      await refused(giveBack(999_999, { id: 1 }), 404, 'not-found');
    });

    it('record one time for concurrent requests', async () => {
      const { rent, lines } = await rental(1);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          index % 2 ? giveBack(rent.id, { id: lines[0].id }) : shop.api.put(`/movie_rents/${rent.id}/close`),
        ),
      );
      expect(statuses(answers)).toEqual({ 200: 8 });
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    });
  });

  describe('of a stack of copies', () => {
    const stack = (...copies: object[]) => shop.api.post('/returns').send({ copies });

    it('have an outcome for each copy, in the order of the request', async () => {
      const [one, other, never] = [await rental(2), await rental(1), await shop.clerk.movie(1)];
      shop.clock.set('2030-01-01T10:00:00.000Z');
      const { body } = await stack(
        { code: other.codes[0] },
        { code: 'NO-SUCH-CODE' },
        { movie_copy_id: one.lines[0].movie_copy_id },
        { code: ` ${one.codes[0]!.toLowerCase()} ` },
        { movie_copy_id: never.copies[0].id },
        { movie_copy_id: 2 ** 31 - 1 },
        { code: one.codes[1] },
      ).expect(200);
      const back = (line: LineBody) => ({ ...line, returned_datetime: '2030-01-01T10:00:00.000Z' });
      const outcome = (result: string, name: object, line: LineBody | null = null) => ({
        code: null,
        movie_copy_id: null,
        ...name,
        outcome: result,
        service_state: result === 'unknown' ? null : 'in_service',
        line,
      });
      expect(body.copies).toEqual([
        outcome('returned', { code: other.codes[0] }, back(other.lines[0])),
        outcome('unknown', { code: 'NO-SUCH-CODE' }),
        outcome('returned', { movie_copy_id: one.lines[0].movie_copy_id }, back(one.lines[0])),
        outcome('already_in', { code: one.codes[0]!.toLowerCase() }, back(one.lines[0])),
        outcome('already_in', { movie_copy_id: never.copies[0].id }),
        outcome('unknown', { movie_copy_id: 2 ** 31 - 1 }),
        outcome('returned', { code: one.codes[1] }, back(one.lines[1])),
      ]);
      const { body: closed } = await shop.api.get(`/movie_rents/${one.rent.id}`);
      expect(closed).toMatchObject({ is_closed: true, details: one.lines.map(back) });
    });

    it('show the last line with a copy that was not out, with its first time', async () => {
      const { client, rent, codes, lines } = await rental(1);
      await shop.clerk.close(rent.id);
      const next = await shop.clerk.close((await shop.clerk.rent(client.id, lines[0].movie_copy_id))['id']);
      const { body } = await stack({ code: codes[0] }).expect(200);
      expect(body.copies).toMatchObject([{ outcome: 'already_in', line: next['details'][0] }]);
    });

    it('accept 100 copies of 100 rentals', async () => {
      const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(100)];
      const ids: number[] = movie.copies.map(({ id }: { id: number }) => id);
      for (const id of ids) await shop.clerk.rent(client.id, id);
      const { body } = await stack(...ids.map((movie_copy_id) => ({ movie_copy_id }))).expect(200);
      expect(new Set(body.copies.map(({ outcome }: { outcome: string }) => outcome))).toEqual(new Set(['returned']));
      expect((await shop.api.get(`/movies/${movie.id}`)).body.available).toBe(100);
    });

    it.each([
      ['no copy', []],
      ['a copy without a name', [{}]],
      ['a copy with two names', [{ code: 'A', movie_copy_id: 1 }]],
      ['more than 100 copies', Array.from({ length: 101 }, () => ({ code: 'A' }))],
    ])('are refused with %s', async (_, copies) => {
      await refused(stack(...copies), 422, 'invalid-input');
    });

    it('return each copy once in concurrent stacks, in any order', async () => {
      const rentals = await Promise.all(Array.from({ length: 6 }, () => rental(2)));
      const codes = rentals.flatMap((one) => one.codes).map((code) => ({ code }));
      const answers = await Promise.all(
        [codes, [...codes].reverse(), codes, [...codes].reverse()].map((copies) => stack(...copies)),
      );
      expect(statuses(answers)).toEqual({ 200: 4 });
      const outcomes = answers.flatMap(({ body }) => body.copies as { outcome: string }[]);
      expect(outcomes.filter(({ outcome }) => outcome === 'returned')).toHaveLength(codes.length);
      expect(outcomes.filter(({ outcome }) => outcome === 'already_in')).toHaveLength(3 * codes.length);
    });
  });
});
