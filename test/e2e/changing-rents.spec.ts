import { executeRaw } from '../support/database/raw-database.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';
import type { LineBody } from '../support/bodies.js';

describe('correcting rentals', () => {
  const shop = useShop();

  const change = (rentId: number, clientId: number, ...details: object[]) =>
    shop.api.put(`/movie_rents/${rentId}`).send({ client_id: clientId, details });
  const copy = (id: number) => ({ movie_copy_id: id });
  const linesOf = ({ details }: { details?: LineBody[] }): [number, number][] =>
    details!.map((line) => [line.id, line.movie_copy_id]);
  const availableOf = async (movieId: number) => (await shop.api.get(`/movies/${movieId}`)).body.available;

  /** A client with one copy of a movie that has more of them. */
  const rental = async (stock: number) => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(stock)];
    const [first, second, third] = movie.copies.map(({ id }: { id: number }) => id) as [number, number, number];
    const rent = await shop.clerk.rent(client.id, first);
    return { client, movie, first, second, third, rent, line: rent.details[0] as LineBody };
  };

  it('keeps lines named by their id or copy, and adds others', async () => {
    const { client, first, second, third, rent, line } = await rental(3);
    const byId = await change(rent.id, client.id, { id: line.id, ...copy(first) }, copy(second)).expect(200);
    expect(linesOf(byId.body)).toEqual([
      [line.id, first],
      [expect.any(Number), second],
    ]);
    const byCopy = await change(rent.id, client.id, copy(third), copy(second), copy(first)).expect(200);
    expect(linesOf(byCopy.body)).toEqual([...linesOf(byId.body), [expect.any(Number), third]]);
    expect(byCopy.body.creation_datetime).toBe(rent.creation_datetime);
    expect((await shop.api.get(`/movie_rents/${rent.id}`)).body).toEqual(byCopy.body);
  });

  it('records the lending time of each line: an added copy is lent when it is added', async () => {
    const [{ client, rent, first, second, third }, { client: other }] = [await rental(3), await rental(1)];
    const between = await shop.clerk.close((await shop.clerk.rent(other.id, second)).id);
    expect(rent.details[0].lent_datetime).toBe(rent.creation_datetime);
    const { body } = await change(rent.id, client.id, copy(first), copy(second)).expect(200);
    expect(body.details[0]).toEqual(rent.details[0]);
    expect(body.details[1].lent_datetime >= between['closed_datetime']).toBe(true);

    // A line that gets another copy keeps its lending time, unless that copy was lent to another rental then.
    const [one, two] = body.details;
    await shop.clerk.close((await shop.clerk.rent(other.id, third)).id);
    const lines = [
      { id: one.id, ...copy(second) },
      { id: two.id, ...copy(third) },
    ];
    const corrected = (await change(rent.id, client.id, ...lines).expect(200)).body.details;
    expect(corrected[0].lent_datetime).toBe(between['closed_datetime']);
    const [elsewhere] = (await shop.api.get(`/movie_rents?movie_copy_id=${third}&is_closed=true`)).body;
    expect(corrected[1].lent_datetime).toBe(elsewhere.closed_datetime);
  });

  it('keeps both lines if one names their movie and the other one the first copy', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const [first, second] = movie.copies.map(({ id }: { id: number }) => id) as [number, number];
    const rent = await shop.clerk.rent(client.id, first, second);
    const { body } = await change(rent.id, client.id, { movie_id: movie.id }, copy(first)).expect(200);
    expect(body).toEqual(rent);
  });

  it('deletes absent lines', async () => {
    const { client, movie, second, rent } = await rental(2);
    const { body } = await change(rent.id, client.id, copy(second)).expect(200);
    expect(body.details).toMatchObject([{ movie_copy_id: second }]);
    expect(await availableOf(movie.id)).toBe(1);
  });

  it('changes the copy of a line named by its id', async () => {
    const { client, movie, second, rent, line } = await rental(2);
    const { body } = await change(rent.id, client.id, { id: line.id, ...copy(second) }).expect(200);
    expect(linesOf(body)).toEqual([[line.id, second]]);
    expect(await availableOf(movie.id)).toBe(1);
  });

  it('lets two lines swap their copies', async () => {
    const { client, movie } = await rental(3);
    const [, a, b] = movie.copies.map(({ id }: { id: number }) => id) as [number, number, number];
    const rent = await shop.clerk.rent(client.id, a, b);
    const [one, other] = rent.details as [LineBody, LineBody];
    const swapped = [
      { id: one.id, ...copy(b) },
      { id: other.id, ...copy(a) },
    ];
    const { body } = await change(rent.id, client.id, ...swapped).expect(200);
    expect(linesOf(body)).toEqual([
      [one.id, b],
      [other.id, a],
    ]);
  });

  it('moves a copy to another line if its own line gets another copy', async () => {
    const { client, first, second, rent, line } = await rental(2);
    const { body } = await change(rent.id, client.id, { id: line.id, ...copy(second) }, copy(first)).expect(200);
    expect(linesOf(body)).toEqual([
      [line.id, second],
      [expect.any(Number), first],
    ]);
  });

  it('keeps the copy that is out if only its movie is named', async () => {
    const { client, movie, first, rent, line } = await rental(1);
    const byMovie = { movie_id: movie.id };
    expect(linesOf((await change(rent.id, client.id, byMovie).expect(200)).body)).toEqual([[line.id, first]]);
    const byId = { id: line.id, ...byMovie };
    expect(linesOf((await change(rent.id, client.id, byId).expect(200)).body)).toEqual([[line.id, first]]);
    await refused(change(rent.id, client.id, byMovie, byMovie), 409, 'no-copy-available');
  });

  it('adds a free copy of a named movie that is not on the rental', async () => {
    const [{ client, first, rent }, other] = [await rental(1), await shop.clerk.movie(1)];
    const { body } = await change(rent.id, client.id, copy(first), { movie_id: other.id }).expect(200);
    expect(body.details).toMatchObject([copy(first), copy(other.copies[0].id)]);
  });

  it('moves the rental to another client', async () => {
    const [{ client, first, rent }, other] = [await rental(1), await shop.clerk.client()];
    expect((await change(rent.id, other.id, copy(first)).expect(200)).body.client_id).toBe(other.id);
    expect((await shop.api.get(`/clients/${client.id}/movie_rents`)).body).toEqual([]);
  });

  it('refuses unknown clients, copies and lines, and changes nothing', async () => {
    const [{ client, rent, first, second }, foreign] = [await rental(2), await rental(1)];
    const unknown = await refused(change(rent.id, 999_999, copy(second), copy(999_998)), 422, 'invalid-input');
    expect(unknown.errors).toMatchObject([
      { pointer: '#/client_id', code: 'unknown' },
      { pointer: '#/details/1/movie_copy_id', code: 'unknown' },
    ]);
    const lines = [{ id: 999_999, ...copy(first) }, copy(second), { id: foreign.line.id, ...copy(foreign.first) }];
    const { errors } = await refused(change(rent.id, client.id, ...lines), 422, 'invalid-input');
    expect(errors).toMatchObject([
      { pointer: '#/details/0/id', code: 'unknown' },
      { pointer: '#/details/2/id', code: 'unknown' },
    ]);
    expect((await shop.api.get(`/movie_rents/${rent.id}`)).body).toEqual(rent);
  });

  it('points to the code where a line that is named by its id and a code appears twice', async () => {
    const { client, movie, rent, line, first } = await rental(1);
    const byCode = { code: movie.copies[0].code };
    for (const twice of [copy(first), byCode]) {
      const lines = [twice, { id: line.id, ...byCode }];
      const { errors } = await refused(change(rent.id, client.id, ...lines), 422, 'invalid-input');
      expect(errors).toMatchObject([{ pointer: '#/details/1/code', code: 'duplicate_copy' }]);
    }
  });

  it('refuses a line or a copy that appears twice', async () => {
    const { client, rent, line, first, second } = await rental(2);
    const twiceTheLine = [
      { id: line.id, ...copy(first) },
      { id: line.id, ...copy(second) },
    ];
    const byId = await refused(change(rent.id, client.id, ...twiceTheLine), 422, 'invalid-input');
    expect(byId.errors).toMatchObject([{ pointer: '#/details/1/id', code: 'duplicate_line' }]);
    for (const twice of [{ id: line.id, ...copy(first) }, copy(first)]) {
      const { errors } = await refused(change(rent.id, client.id, twice, copy(first)), 422, 'invalid-input');
      expect(errors).toMatchObject([{ pointer: '#/details/1/movie_copy_id', code: 'duplicate_copy' }]);
    }
  });

  it('refuses copies that are out on another rental or not in service, and changes nothing', async () => {
    const { client, movie, rent, first } = await rental(3);
    const [, out, withdrawn] = movie.copies.map(({ id }: { id: number }) => id);
    await shop.clerk.rent(client.id, out);
    await shop.api.patch(`/movie_copies/${withdrawn}`).send({ service_state: 'lost' }).expect(200);
    const lines = [copy(first), copy(out), copy(withdrawn)];
    const problem = await refused(change(rent.id, client.id, ...lines), 409, 'copy-already-rented');
    expect(problem).toMatchObject({
      movie_copy_ids: [out],
      errors: [
        { pointer: '#/details/1/movie_copy_id', code: 'copy_rented' },
        { pointer: '#/details/2/movie_copy_id', code: 'copy_not_in_service' },
      ],
    });
    expect((await shop.api.get(`/movie_rents/${rent.id}`)).body).toEqual(rent);
  });

  it('refuses every change of a closed rental', async () => {
    const [{ client, rent, line, first, second }, other] = [await rental(2), await shop.clerk.client()];
    const closed = await shop.clerk.close(rent.id);
    const kept = { id: line.id, ...copy(first) };
    await refused(change(rent.id, other.id, kept), 409, 'rent-closed');
    await refused(change(rent.id, client.id, kept, copy(second)), 409, 'rent-closed');
    await refused(change(rent.id, client.id, { id: line.id, ...copy(second) }), 409, 'rent-closed');
    await refused(change(rent.id, client.id, copy(first)), 409, 'rent-closed');
    expect((await change(rent.id, client.id, kept).expect(200)).body).toEqual(closed);
  });

  it('refuses to add a copy that is not in service', async () => {
    const { client, first, second, rent } = await rental(2);
    await shop.api.patch(`/movie_copies/${second}`).send({ service_state: 'maintenance' }).expect(200);
    const problem = await refused(change(rent.id, client.id, copy(first), copy(second)), 409, 'copy-not-in-service');
    expect(problem).toMatchObject({ movie_copy_ids: [second], errors: [{ pointer: '#/details/1/movie_copy_id' }] });
  });

  it('keeps a returned line while others are out', async () => {
    const { client, movie } = await rental(3);
    const [, first, second] = movie.copies.map(({ id }: { id: number }) => id) as [number, number, number];
    const [returned, out] = (await shop.clerk.rent(client.id, first, second)).details as [LineBody, LineBody];
    // Imports can have such rentals.
    const instant = '2100-01-01T00:00:00.000Z';
    const sql = `UPDATE movie_rent_detail SET returned_datetime = '${instant}' WHERE id = ${returned.id}`;
    await executeRaw(shop.databaseUrl, sql);
    const rentId = (await shop.api.get(`/movie_rents?movie_copy_id=${second}`)).body[0].id;
    const problem = await refused(change(rentId, client.id, copy(second)), 409, 'line-returned');
    expect(problem.detail_ids).toEqual([returned.id]);
    const both = [
      { id: returned.id, ...copy(first) },
      { id: out.id, ...copy(second) },
    ];
    const { body } = await change(rentId, client.id, ...both).expect(200);
    expect(body.details).toMatchObject([{ returned_datetime: instant }, { returned_datetime: null }]);
  });

  it('keeps the due date and the renewals of a renewed line that gets another copy', async () => {
    const { client, rent, line, second, third } = await rental(3);
    const renew = (lineId: number) =>
      executeRaw(
        shop.databaseUrl,
        `INSERT INTO renewal (movie_rent_detail_id, creation_datetime, former_due_on, due_on)
         VALUES (${lineId}, '2026-01-01T00:00:00.000Z', '2099-01-01', '2099-01-04');
         UPDATE movie_rent_detail SET renewals = 1, rental_days = 3, due_on = '2099-01-04',
         due_datetime = '2099-01-04T23:59:59.999Z', time_zone = 'UTC' WHERE id = ${lineId}`,
      );
    await renew(line.id);
    const kept = { id: line.id, due_on: '2099-01-04', renewals: 1, rental_days: 3, returned_datetime: null };
    const corrected = await change(rent.id, client.id, { id: line.id, ...copy(second) }).expect(200);
    expect(corrected.body.details).toMatchObject([{ ...kept, movie_copy_id: second }]);

    // The line exchanges its copy with another line, and is finally omitted.
    const both = await change(rent.id, client.id, { id: line.id, ...copy(second) }, copy(third)).expect(200);
    const added = linesOf(both.body)[1]![0];
    const exchanged = [
      { id: line.id, ...copy(third) },
      { id: added, ...copy(second) },
    ];
    const { body } = await change(rent.id, client.id, ...exchanged).expect(200);
    expect(body.details).toMatchObject([
      { ...kept, movie_copy_id: third },
      { movie_copy_id: second, renewals: 0 },
    ]);
    const without = await change(rent.id, client.id, { id: added, ...copy(second) }).expect(200);
    expect(linesOf(without.body)).toEqual([[added, second]]);
  });

  it('keeps a line that ended by a loss', async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const [first, second] = movie.copies.map(({ id }: { id: number }) => id) as [number, number];
    const rent = await shop.clerk.rent(client.id, first, second);
    const [lost, out] = rent.details as [LineBody, LineBody];
    await shop.api.post(`/movie_rent_details/${lost.id}/lost`).expect(200);
    const problem = await refused(change(rent.id, client.id, copy(second)), 409, 'line-lost');
    expect(problem.detail_ids).toEqual([lost.id]);
    const both = [
      { id: lost.id, ...copy(first) },
      { id: out.id, ...copy(second) },
    ];
    const { body } = await change(rent.id, client.id, ...both).expect(200);
    expect(body.details).toMatchObject([{ lost_datetime: expect.any(String) }, { lost_datetime: null }]);
  });

  it('lets exactly one of two corrections add the last copy', async () => {
    const [one, other] = [await rental(1), await rental(1)];
    const wanted = (await shop.clerk.movie(1)).copies[0].id;
    const put = ({ rent, client, first }: typeof one) => change(rent.id, client.id, copy(first), copy(wanted));
    const statuses = (await Promise.all([put(one), put(other)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 409]);
  });
});
