import { queryRaw } from '../support/database/raw-database.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';
import { statuses } from '../support/statuses.js';

describe('a copy that is lost while it is out', () => {
  const shop = useShop();
  beforeEach(() => shop.clock.run());

  const [lostAt, foundAt] = ['2030-01-01T10:00:00.000Z', '2030-02-01T10:00:00.000Z'];
  const rental = async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const rent = await shop.clerk.rent(client.id, movie.copies[0].id);
    const [copy] = movie.copies as [{ id: number; code: string }];
    return { client, movie, copy, rentId: rent['id'] as number, lineId: rent['details'][0].id as number };
  };
  const lose = (lineId: number) => shop.api.post(`/movie_rent_details/${lineId}/lost`);
  const lost = async () => {
    const all = await rental();
    shop.clock.set(lostAt);
    await lose(all.lineId).expect(200);
    shop.clock.set(foundAt);
    return all;
  };
  const lineOf = async (lineId: number) => (await shop.api.get(`/movie_rent_details/${lineId}`).expect(200)).body;
  const stateOf = async (copyId: number) =>
    (await shop.api.get(`/movie_copies/${copyId}`).expect(200)).body.service_state;
  const setState = (copyId: number, service_state: string) =>
    shop.api.patch(`/movie_copies/${copyId}`).send({ service_state }).expect(200);
  const giveBack = (rentId: number, line: object) =>
    shop.api.post(`/movie_rents/${rentId}/returns`).send({ details: [line] });

  it('ends its line, closes the rental, and does not count as stock', async () => {
    const { movie, copy, rentId, lineId } = await rental();
    shop.clock.set(lostAt);
    const { body } = await lose(lineId).expect(200);
    expect(body).toMatchObject({ id: lineId, returned_datetime: null, lost_datetime: lostAt });
    expect(await lineOf(lineId)).toEqual(body);
    const { body: rent } = await shop.api.get(`/movie_rents/${rentId}`);
    expect(rent).toMatchObject({ is_closed: true, closed_datetime: lostAt });
    expect(await stateOf(copy.id)).toBe('lost');
    expect((await shop.api.get(`/movies/${movie.id}`)).body).toMatchObject({ stock: 0, available: 0 });
  });

  it('keeps the first time, also if the rental is closed', async () => {
    const { rentId, lineId } = await lost();
    expect((await lose(lineId).expect(200)).body.lost_datetime).toBe(lostAt);
    expect(await shop.clerk.close(rentId)).toMatchObject({ closed_datetime: lostAt });
    expect(await lineOf(lineId)).toMatchObject({ returned_datetime: null, lost_datetime: lostAt });
  });

  it('is not recorded as lost before it was lent, if the clock was set back', async () => {
    const { lineId } = await rental();
    shop.clock.set('2020-01-01T00:00:00.000Z');
    const { body } = await lose(lineId).expect(200);
    expect(body.lost_datetime).toBe(body.lent_datetime);
    expect(await lineOf(lineId)).toEqual(body);
  });

  it('cannot be lost by a line that was returned', async () => {
    const { rentId, lineId, copy } = await rental();
    await shop.clerk.close(rentId);
    expect(await refused(lose(lineId), 409, 'line-returned')).toMatchObject({ detail_ids: [lineId] });
    expect(await stateOf(copy.id)).toBe('in_service');
  });

  it('is in service again after a return of its line', async () => {
    const { rentId, lineId, copy } = await lost();
    const { body } = await giveBack(rentId, { id: lineId }).expect(200);
    expect(body.details).toMatchObject([{ returned_datetime: foundAt, lost_datetime: null }]);
    expect(await lineOf(lineId)).toMatchObject({ returned_datetime: foundAt, lost_datetime: null });
    expect(await stateOf(copy.id)).toBe('in_service');
    const sql = `SELECT type, changes FROM event WHERE type = 'line.found' AND resource_id = ${lineId}`;
    const [event] = (await queryRaw(shop.databaseUrl, sql)) as [{ type: string; changes: string }];
    expect(event.type).toBe('line.found');
    expect(JSON.parse(event.changes)).toMatchObject({ lost_datetime: lostAt, condition: 'ok' });
  });

  it('goes to maintenance if it is returned damaged', async () => {
    const { rentId, copy } = await lost();
    await giveBack(rentId, { code: copy.code, condition: 'damaged' }).expect(200);
    expect(await stateOf(copy.id)).toBe('maintenance');
  });

  it('can be returned although its movie has 10,000 other copies; the stock can then only be lowered', async () => {
    const { id: movieId, title, year, genre_id, copies } = await shop.clerk.movie(10_000);
    const rent = await shop.clerk.rent((await shop.clerk.client()).id, copies[0].id);
    await lose(rent['details'][0].id).expect(200);
    await shop.clerk.copy(movieId);
    await giveBack(rent['id'], { movie_copy_id: copies[0].id }).expect(200);
    expect((await shop.api.get(`/movies/${movieId}`).expect(200)).body.stock).toBe(10_001);
    await refused(shop.api.post(`/movies/${movieId}/copies`).send({}), 409, 'stock-too-high');
    const lower = shop.api.put(`/movies/${movieId}/with_stock`).send({ title, year, genre_id, stock: 10_000 });
    expect((await lower.expect(200)).body.stock).toBe(10_000);
  });

  it('can be returned in a stack', async () => {
    const { lineId, copy } = await lost();
    const { body } = await shop.api
      .post('/returns')
      .send({ copies: [{ code: copy.code }] })
      .expect(200);
    const line = { id: lineId, returned_datetime: foundAt };
    expect(body.copies).toMatchObject([{ outcome: 'returned', service_state: 'in_service', line }]);
    expect(await stateOf(copy.id)).toBe('in_service');
  });

  it('stays lost in a stack if it was not out, and the outcome shows its state', async () => {
    const { copies } = await shop.clerk.movie(2);
    const [returned, neverLent] = copies;
    const rent = await shop.clerk.rent((await shop.clerk.client()).id, returned.id);
    await shop.clerk.close(rent['id']);
    for (const { id } of copies) await setState(id, 'lost');
    const { body } = await shop.api
      .post('/returns')
      .send({ copies: [{ code: returned.code }, { code: neverLent.code }] })
      .expect(200);
    const lostCopy = { outcome: 'already_in', service_state: 'lost' };
    expect(body.copies).toMatchObject([lostCopy, { ...lostCopy, line: null }]);
    expect([await stateOf(returned.id), await stateOf(neverLent.id)]).toEqual(['lost', 'lost']);
  });

  it('leaves its line lost if it is found in the shop', async () => {
    const { rentId, lineId, copy } = await lost();
    await setState(copy.id, 'in_service');
    const before = await lineOf(lineId);
    expect(before).toMatchObject({ returned_datetime: null, lost_datetime: lostAt });
    await giveBack(rentId, { id: lineId }).expect(200);
    const { body } = await shop.api
      .post('/returns')
      .send({ copies: [{ code: copy.code }] })
      .expect(200);
    expect(body.copies).toMatchObject([{ outcome: 'already_in' }]);
    expect(await lineOf(lineId)).toEqual(before);
  });

  it('ends only its current line if it is lost again after another loan', async () => {
    const { client, rentId, lineId, copy } = await lost();
    await setState(copy.id, 'in_service');
    const next = await shop.clerk.rent(client.id, copy.id);
    await lose(next['details'][0].id).expect(200);
    await giveBack(rentId, { id: lineId }).expect(200);
    expect(await lineOf(lineId)).toMatchObject({ returned_datetime: null, lost_datetime: lostAt });
    expect(await stateOf(copy.id)).toBe('lost');
  });

  it('is either lost or returned by concurrent requests', async () => {
    for (let round = 0; round < 10; round++) {
      const { rentId, lineId, copy } = await rental();
      const answers = await Promise.all([lose(lineId), giveBack(rentId, { id: lineId }), lose(lineId)]);
      const { returned_datetime, lost_datetime } = await lineOf(lineId);
      // A loss after the return is refused; a return after the loss finds the copy.
      expect([lost_datetime, returned_datetime]).toEqual([null, expect.any(String)]);
      expect(await stateOf(copy.id)).toBe('in_service');
      expect(answers[1].status).toBe(200);
      expect(Object.keys(statuses(answers)).every((status) => ['200', '409'].includes(status))).toBe(true);
    }
  });

  it('returns 404 for an unknown line', async () => {
    await refused(lose(999_999), 404, 'not-found');
  });
});
