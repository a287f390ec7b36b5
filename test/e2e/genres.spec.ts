import { faultyMembers, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('genres', () => {
  const shop = useShop();

  it('adds a genre and returns its Location', async () => {
    const genre = { name: 'Western', description: 'Dust and horses.' };
    const { body, headers } = await shop.api.post('/genres').send(genre).expect(201);
    expect(body).toEqual({ id: expect.any(Number), ...genre });
    expect(headers.location).toBe(`/genres/${body.id}`);
    expect((await shop.api.get(headers.location!).expect(200)).body).toEqual(body);
  });

  it('stores names trimmed and composed (NFC)', async () => {
    const { name } = await shop.clerk.genre({ name: '  Come\u0301die ' });
    expect(name).toBe('Com\u00e9die');
  });

  it.each(['Film noir', 'FILM NOIR', ' film Noir ', 'Ｆｉｌｍ noir', 'Film\u00a0 noir', 'Film noir\u3164'])(
    'refuses %j beside "Film noir"',
    async (name) => {
      await shop.api.post('/genres').send({ name: 'Film noir' });
      const problem = await refused(shop.api.post('/genres').send({ name }), 409, 'genre-name-taken');
      expect(problem.genre_name).toBe(name.trim());
    },
  );

  it('distinguishes names by accents', async () => {
    await shop.clerk.genre({ name: 'Epopee' });
    await shop.clerk.genre({ name: 'Épopée' });
  });

  it('lets exactly one of two concurrent requests add the same name', async () => {
    const add = () => shop.api.post('/genres').send({ name: 'Melodrama' });
    const statuses = (await Promise.all([add(), add()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409]);
  });

  it('replaces a genre: absent optional members are removed', async () => {
    const { id } = await shop.clerk.genre({ description: 'Old words.' });
    const { body } = await shop.api.put(`/genres/${id}`).send({ name: 'Road movie' }).expect(200);
    expect(body).toEqual({ id, name: 'Road movie', description: null });
  });

  it('changes the members of a patch and keeps the others', async () => {
    const { id, name } = await shop.clerk.genre({ description: 'Old words.' });
    const patched = await shop.api.patch(`/genres/${id}`).send({ description: 'New words.' }).expect(200);
    expect(patched.body).toEqual({ id, name, description: 'New words.' });
    const emptied = await shop.api.patch(`/genres/${id}`).send({ description: null }).expect(200);
    expect(emptied.body).toEqual({ id, name, description: null });
    expect((await shop.api.patch(`/genres/${id}`).send({}).expect(200)).body).toEqual(emptied.body);
  });

  it('refuses a patch that removes the name', async () => {
    const { id } = await shop.clerk.genre();
    expect(await faultyMembers(shop.api.patch(`/genres/${id}`).send({ name: null }))).toContain('#/name');
  });

  it('accepts a change of the case of its own name, but not the name of another genre', async () => {
    const { id } = await shop.clerk.genre({ name: 'war' });
    await shop.clerk.genre({ name: 'Peace' });
    expect((await shop.api.patch(`/genres/${id}`).send({ name: 'War' }).expect(200)).body.name).toBe('War');
    await refused(shop.api.patch(`/genres/${id}`).send({ name: 'PEACE' }), 409, 'genre-name-taken');
    await refused(shop.api.put(`/genres/${id}`).send({ name: 'PEACE' }), 409, 'genre-name-taken');
  });

  it('deletes a genre without movies', async () => {
    const { id } = await shop.clerk.genre();
    await shop.api.delete(`/genres/${id}`).expect(204, '');
    await refused(shop.api.get(`/genres/${id}`), 404, 'not-found');
  });

  it('refuses to delete a genre with movies, and counts them', async () => {
    const genre = await shop.clerk.genre();
    await shop.clerk.movie(0, { genre_id: genre.id });
    await shop.clerk.movie(1, { genre_id: genre.id });
    const problem = await refused(shop.api.delete(`/genres/${genre.id}`), 409, 'genre-in-use');
    expect(problem.movies).toBe(2);
    await shop.api.get(`/genres/${genre.id}`).expect(200);
  });
});
