import { executeRaw, queryRaw } from '../support/database/raw-database.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('deleting rentals', () => {
  const shop = useShop();

  const rental = async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const rent = await shop.clerk.rent(client.id, movie.copies[0].id, movie.copies[1].id);
    return { client, movie, rent };
  };

  it('deletes a rental that was entered by mistake, with its lines', async () => {
    const { client, movie, rent } = await rental();
    await shop.api.delete(`/movie_rents/${rent.id}`).expect(204, '');
    await refused(shop.api.get(`/movie_rents/${rent.id}`), 404, 'not-found');
    expect((await shop.api.get(`/movies/${movie.id}`)).body.available).toBe(2);
    await shop.api.delete(`/movies/${movie.id}`).expect(204);
    await shop.api.delete(`/clients/${client.id}`).expect(204);
  });

  it('deletes a closed rental too, and keeps other rentals of the same copies', async () => {
    const { client, movie, rent } = await rental();
    await shop.clerk.close(rent.id);
    const next = await shop.clerk.rent(client.id, movie.copies[0].id);
    await shop.api.delete(`/movie_rents/${rent.id}`).expect(204);
    expect((await shop.api.get(`/clients/${client.id}/movie_rents`)).body).toEqual([next]);
  });

  it('returns 404 for a second deletion', async () => {
    const { rent } = await rental();
    const remove = () => shop.api.delete(`/movie_rents/${rent.id}`);
    const statuses = (await Promise.all([remove(), remove()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([204, 404]);
  });

  it('deletes its renewals, and is recorded with its lines', async () => {
    const { client, rent } = await rental();
    const [{ id: lineId, movie_copy_id }] = rent.details;
    await executeRaw(
      shop.databaseUrl,
      `INSERT INTO renewal (movie_rent_detail_id, creation_datetime, former_due_on, due_on)
       VALUES (${lineId}, '2026-01-01T00:00:00.000Z', '2026-01-01', '2026-01-04');
       UPDATE movie_rent_detail SET renewals = 1 WHERE id = ${lineId}`,
    );
    await shop.api.delete(`/movie_rents/${rent.id}`).expect(204);
    const [event] = (await queryRaw(
      shop.databaseUrl,
      `SELECT type, changes FROM event WHERE type = 'rental.deleted' AND resource_id = ${rent.id}`,
    )) as [{ type: string; changes: string }];
    expect(event.type).toBe('rental.deleted');
    expect(JSON.parse(event.changes)).toMatchObject({
      client_id: client.id,
      details: [{ id: lineId, movie_copy_id, renewals: 1 }, { renewals: 0 }],
    });
    const renewals = `SELECT id FROM renewal WHERE movie_rent_detail_id = ${lineId}`;
    expect(await queryRaw(shop.databaseUrl, renewals)).toEqual([]);
  });

  it('returns 409 after the correction_minutes of the policy', async () => {
    shop.clock.set('2026-01-14T12:00:00.000Z');
    await shop.api.patch('/shop').send({ correction_minutes: 30 }).expect(200);
    const [{ rent: old }, { rent: young }] = [await rental(), await rental()];
    shop.clock.set('2026-01-14T12:30:00.000Z');
    await shop.api.delete(`/movie_rents/${young.id}`).expect(204);
    shop.clock.set('2026-01-14T12:30:00.001Z');
    const problem = await refused(shop.api.delete(`/movie_rents/${old.id}`), 409, 'correction-time-over');
    expect(problem).toMatchObject({ correction_minutes: 30 });
    expect((await shop.api.get(`/movie_rents/${old.id}`)).body).toEqual(old);
    await shop.api.patch('/shop').send({ correction_minutes: null }).expect(200);
    await shop.api.delete(`/movie_rents/${old.id}`).expect(204);
  });
});

describe('voiding rentals', () => {
  const shop = useShop();
  const comment = 'Entered twice.';
  const rental = async () => {
    const [client, movie] = [await shop.clerk.client(), await shop.clerk.movie(2)];
    const [first, second] = movie.copies.map(({ id }: { id: number }) => id) as [number, number];
    return { client, movie, first, rent: await shop.clerk.rent(client.id, first, second) };
  };
  const makeVoid = (rentId: number) => shop.api.post(`/movie_rents/${rentId}/void`).send({ comment });
  const eventsOf = async (rentId: number) => {
    const sql = `SELECT type, changes FROM event WHERE type = 'rental.voided' AND resource_id = ${rentId}`;
    const rows = await queryRaw<{ type: string; changes: string }>(shop.databaseUrl, sql);
    return rows.map(({ type, changes }) => ({ type, ...(JSON.parse(changes) as object) }));
  };

  it('returns open lines, keeps the rental visible, and records the comment', async () => {
    shop.clock.run();
    const { movie, first, rent } = await rental();
    shop.clock.set('2030-01-01T10:00:00.000Z');
    await shop.api
      .post(`/movie_rents/${rent.id}/returns`)
      .send({ details: [{ movie_copy_id: first }] })
      .expect(200);
    shop.clock.set('2030-01-02T10:00:00.000Z');
    const { body } = await makeVoid(rent.id).expect(200);
    expect(body).toMatchObject({
      is_closed: true,
      voided_datetime: '2030-01-02T10:00:00.000Z',
      details: [{ returned_datetime: '2030-01-01T10:00:00.000Z' }, { returned_datetime: '2030-01-02T10:00:00.000Z' }],
    });
    expect((await shop.api.get(`/movie_rents/${rent.id}`).expect(200)).body).toEqual(body);
    expect((await shop.api.get(`/movies/${movie.id}`)).body.available).toBe(2);
    const [, second] = rent.details as [unknown, { id: number }];
    expect(await eventsOf(rent.id)).toEqual([{ type: 'rental.voided', comment, returned_detail_ids: [second.id] }]);

    shop.clock.set('2030-01-03T10:00:00.000Z');
    expect((await makeVoid(rent.id).expect(200)).body).toEqual(body);
    expect(await eventsOf(rent.id)).toHaveLength(1);
  });

  it('is not recorded before the rental began, if the clock was set back', async () => {
    shop.clock.run();
    const { rent } = await rental();
    shop.clock.set('2020-01-01T00:00:00.000Z');
    expect((await makeVoid(rent.id).expect(200)).body.voided_datetime).toBe(rent.creation_datetime);
  });

  it('refuses every correction afterwards', async () => {
    const { client, rent } = await rental();
    await makeVoid(rent.id).expect(200);
    const details = rent.details.map(({ id, movie_copy_id }: { id: number; movie_copy_id: number }) => ({
      id,
      movie_copy_id,
    }));
    const correction = shop.api.put(`/movie_rents/${rent.id}`).send({ client_id: client.id, details });
    expect(await refused(correction, 409, 'rent-voided')).toMatchObject({ movie_rent_id: rent.id });
  });

  it('requires a comment and an existing rental', async () => {
    const { rent } = await rental();
    await refused(shop.api.post(`/movie_rents/${rent.id}/void`).send({}), 422, 'invalid-input');
    await refused(makeVoid(999_999), 404, 'not-found');
  });

  it('is recorded once for two concurrent requests', async () => {
    const { rent } = await rental();
    const answers = await Promise.all(Array.from({ length: 6 }, () => makeVoid(rent.id).expect(200)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await eventsOf(rent.id)).toHaveLength(1);
  });
});
