import { queryRaw } from '../support/database/raw-database.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';
import { statuses } from '../support/statuses.js';

describe('undoing a wrong return', () => {
  const shop = useShop();
  beforeAll(() => shop.api.patch('/shop').send({ rental_days: 3 }).expect(200));
  const comment = 'The wrong disc was scanned.';

  /** A rental of one copy that was returned. */
  const returned = async (condition = 'ok') => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(1)];
    const rent = await shop.clerk.rent(client.id, movie.copies[0].id);
    const [line] = rent['details'] as [{ id: number; movie_copy_id: number; due_on: string }];
    const { body } = await giveBack(rent['id'], line.id, condition).expect(200);
    return { client, rent, line, copyId: line.movie_copy_id, closed: body };
  };
  const giveBack = (rentId: number, id: number, condition = 'ok') =>
    shop.api.post(`/movie_rents/${rentId}/returns`).send({ details: [{ id, condition }] });
  const undo = (lineId: number) => shop.api.post(`/movie_rent_details/${lineId}/undo_return`).send({ comment });
  const setState = (copyId: number, service_state: string) =>
    shop.api.patch(`/movie_copies/${copyId}`).send({ service_state }).expect(200);
  const stateOf = async (copyId: number) =>
    (await shop.api.get(`/movie_copies/${copyId}`).expect(200)).body.service_state;
  const eventsOf = async (lineId: number) =>
    queryRaw<{ type: string; changes: string }>(
      shop.databaseUrl,
      `SELECT type, changes FROM event WHERE type = 'line.return_undone' AND resource_id = ${lineId} ORDER BY id`,
    );

  it('reopens the line with its due date, and records the comment', async () => {
    const { rent, line, copyId, closed } = await returned();
    const { body } = await undo(line.id).expect(200);
    expect(body).toMatchObject(line);
    expect((await shop.api.get(`/movie_rents/${rent['id']}`)).body).toEqual(rent);
    expect((await shop.api.get(`/movie_copies/${copyId}`)).body.is_available).toBe(false);
    const [event] = await eventsOf(line.id);
    expect(event!.type).toBe('line.return_undone');
    expect(JSON.parse(event!.changes)).toMatchObject({ comment, returned_datetime: closed.closed_datetime });
  });

  it('is idempotent', async () => {
    const { line } = await returned();
    const { text } = await undo(line.id).expect(200);
    expect((await undo(line.id).expect(200)).text).toBe(text);
    expect(await eventsOf(line.id)).toHaveLength(1);
  });

  it('requires a comment', async () => {
    const { line } = await returned();
    for (const body of [{}, { comment: ' ' }, { comment: 'x'.repeat(501) }]) {
      await refused(shop.api.post(`/movie_rent_details/${line.id}/undo_return`).send(body), 422, 'invalid-input');
    }
  });

  it('puts a copy that the return sent to maintenance back in service', async () => {
    const { rent, line, copyId } = await returned('damaged');
    expect(await stateOf(copyId)).toBe('maintenance');
    await undo(line.id).expect(200);
    expect(await stateOf(copyId)).toBe('in_service');
    await giveBack(rent['id'], line.id).expect(200);
    expect(await stateOf(copyId)).toBe('in_service');
  });

  it('leaves a copy in maintenance that a clerk sent there', async () => {
    const { rent, line, copyId } = await returned('damaged');
    await undo(line.id).expect(200);
    await giveBack(rent['id'], line.id).expect(200);
    await setState(copyId, 'maintenance');
    await undo(line.id).expect(200);
    expect(await stateOf(copyId)).toBe('maintenance');
  });

  it('is refused after the copy was lent again, even if it was returned', async () => {
    const { client, line, copyId } = await returned();
    const next = await shop.clerk.rent(client.id, copyId);
    const facts = { movie_copy_id: copyId, movie_rent_id: next['id'] };
    expect(await refused(undo(line.id), 409, 'copy-lent-since')).toMatchObject(facts);
    await shop.clerk.close(next['id']);
    expect(await refused(undo(line.id), 409, 'copy-lent-since')).toMatchObject(facts);
  });

  it.each(['lost', 'retired'])('is refused while the copy is %s', async (state) => {
    const { line, copyId } = await returned();
    await setState(copyId, state);
    const problem = await refused(undo(line.id), 409, 'copy-withdrawn');
    expect(problem).toMatchObject({ movie_copy_id: copyId, service_state: state });
  });

  it('is refused for a line that ended by a loss', async () => {
    const { client } = await returned();
    const rent = await shop.clerk.rent(client.id, (await shop.clerk.movie(1)).copies[0].id);
    const { id } = rent['details'][0];
    await shop.api.post(`/movie_rent_details/${id}/lost`).expect(200);
    expect(await refused(undo(id), 409, 'line-lost')).toMatchObject({ detail_ids: [id] });
  });

  it('is refused for a void rental', async () => {
    const { rent, line } = await returned();
    await shop.api.post(`/movie_rents/${rent['id']}/void`).send({ comment }).expect(200);
    expect(await refused(undo(line.id), 409, 'rent-voided')).toMatchObject({ movie_rent_id: rent['id'] });
  });

  it('returns 404 for an unknown line', async () => {
    await refused(undo(999_999), 404, 'not-found');
  });

  it('excludes a concurrent rental of the copy', async () => {
    for (let round = 0; round < 10; round++) {
      const { client, line, copyId } = await returned();
      const rent = () =>
        shop.api.post('/movie_rents').send({ client_id: client.id, details: [{ movie_copy_id: copyId }] });
      const answers = await Promise.all(round % 2 ? [undo(line.id), rent()] : [rent(), undo(line.id)]);
      const [undone, rented] = round % 2 ? answers : answers.reverse();
      expect(statuses(answers)).toEqual({ [undone!.status === 200 ? 200 : 201]: 1, 409: 1 });
      const lines = (await shop.api.get(`/movie_rent_details?movie_copy_id=${copyId}&is_open=true`).expect(200)).body;
      const winner = undone!.status === 200 ? line.id : rented!.body.details[0].id;
      expect(lines).toMatchObject([{ id: winner }]);
    }
  });
});
