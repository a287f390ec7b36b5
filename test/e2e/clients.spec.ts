import { executeRaw } from '../support/database/raw-database.js';
import { faultyMembers, refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

/** Members that clients of the former service don't send. */
const noContact = { email: null, phone: null, max_open_copies: null };

describe('clients', () => {
  const shop = useShop();

  it('adds a client and returns its Location', async () => {
    const client = { first_name: 'Rose', last_name: 'Straight', address: '1 Lake Rd', license_number: 'IA-1' };
    const { body, headers } = await shop.api.post('/clients').send(client).expect(201);
    expect(body).toEqual({ id: expect.any(Number), ...client, ...noContact });
    expect(headers.location).toBe(`/clients/${body.id}`);
    expect((await shop.api.get(headers.location!).expect(200)).body).toEqual(body);
  });

  it('does not require a license number', async () => {
    const person = { first_name: 'Lyle', last_name: 'S', address: '4 Lake Rd' };
    const { body } = await shop.api.post('/clients').send(person).expect(201);
    expect(body).toMatchObject({ license_number: null });
    await shop.api
      .post('/clients')
      .send({ ...person, license_number: null })
      .expect(201);
  });

  describe('without an address', () => {
    const person = { first_name: 'Lyle', last_name: 'S' };

    it('are refused with the name of the member', async () => {
      const { id } = await shop.clerk.client();
      expect(await faultyMembers(shop.api.post('/clients').send(person))).toEqual(['#/address']);
      expect(await faultyMembers(shop.api.post('/clients').send({ ...person, address: null }))).toEqual(['#/address']);
      expect(await faultyMembers(shop.api.put(`/clients/${id}`).send(person))).toEqual(['#/address']);
      for (const [method, body] of [
        ['put', { ...person, address: null }],
        ['patch', { address: null }],
      ] as const) {
        expect(await faultyMembers(shop.api[method](`/clients/${id}`).send(body))).toEqual(['#/address']);
      }
      await shop.api.patch(`/clients/${id}`).send({ first_name: 'Rose' }).expect(200);
    });

    it('are shown and can be written back if an import omitted it, and can get one', async () => {
      const { id } = await shop.clerk.client();
      await executeRaw(shop.databaseUrl, `UPDATE client SET address = NULL WHERE id = ${id}`);
      const { body } = await shop.api.get(`/clients/${id}`).expect(200);
      expect(body.address).toBeNull();
      await shop.api.put(`/clients/${id}`).send(body).expect(200, body);
      await shop.api.patch(`/clients/${id}`).send({ address: null }).expect(200, body);
      const moved = { ...body, address: '5 Lake Rd' };
      await shop.api.put(`/clients/${id}`).send(moved).expect(200, moved);
      expect(await faultyMembers(shop.api.put(`/clients/${id}`).send(body))).toEqual(['#/address']);
    });
  });

  describe('with a single name', () => {
    const person = { first_name: null, last_name: 'Suharto', address: '1 Palace' };

    it('have null as first name, which is required', async () => {
      const { body } = await shop.api.post('/clients').send(person).expect(201);
      expect(body).toMatchObject(person);
      await shop.api.put(`/clients/${body.id}`).send(body).expect(200, body);
      const named = { ...body, first_name: 'Haji' };
      await shop.api.patch(`/clients/${body.id}`).send({ first_name: 'Haji' }).expect(200, named);
      await shop.api.patch(`/clients/${body.id}`).send({ first_name: null }).expect(200, body);
      const { first_name: _, ...leftOut } = person;
      expect(await faultyMembers(shop.api.post('/clients').send(leftOut))).toEqual(['#/first_name']);
      expect(await faultyMembers(shop.api.put(`/clients/${body.id}`).send(leftOut))).toEqual(['#/first_name']);
      expect(await faultyMembers(shop.api.post('/clients').send({ ...person, last_name: null }))).toEqual([
        '#/last_name',
      ]);
    });

    it('are found and sorted by it, and rent', async () => {
      const names = [
        [null, 'Uniquename'],
        ['Ann', 'Uniquename'],
        [null, 'Uniquenames'],
      ] as const;
      const ids: number[] = [];
      for (const [first_name, last_name] of names) ids.push((await shop.clerk.client({ first_name, last_name })).id);
      const { body } = await shop.api.get('/clients?name=uniquename&sort=last_name').expect(200);
      expect(body.map(({ id }: { id: number }) => id)).toEqual(ids);
      expect((await shop.api.get('/clients?name=null%20uniquename').expect(200)).body).toEqual([]);
      const { copies } = await shop.clerk.movie(1);
      const rent = await shop.clerk.rent(ids[0]!, copies[0].id);
      const expanded = await shop.api.get(`/movie_rents/${rent.id}?expand=client`).expect(200);
      expect(expanded.body.client).toMatchObject({ first_name: null, last_name: 'Uniquename' });
    });
  });

  it('refuses a license number that another client has', async () => {
    await shop.clerk.client({ license_number: 'IA-2' });
    const other = await shop.clerk.client({ license_number: 'IA-3' });
    const twin = { first_name: 'A', last_name: 'B', address: 'C', license_number: 'ia\u2010\uff12 ' };
    await refused(shop.api.post('/clients').send(twin), 409, 'license-number-taken');
    await refused(shop.api.put(`/clients/${other.id}`).send(twin), 409, 'license-number-taken');
    await refused(shop.api.patch(`/clients/${other.id}`).send({ license_number: 'IA-2' }), 409, 'license-number-taken');
    expect((await shop.api.get(`/clients/${other.id}`)).body).toEqual(other);
  });

  it('replaces a client: absent optional members are removed', async () => {
    const { id } = await shop.clerk.client({ address: '2 Lake Rd', license_number: 'IA-4' });
    const { body } = await shop.api.put(`/clients/${id}`).send({ first_name: 'Dot', last_name: 'X', address: 'Y' });
    expect(body).toEqual({ id, first_name: 'Dot', last_name: 'X', address: 'Y', license_number: null, ...noContact });
  });

  it('changes the members of a patch and keeps the others', async () => {
    const client = await shop.clerk.client({ address: '3 Lake Rd', license_number: 'IA-5' });
    const patched = await shop.api.patch(`/clients/${client.id}`).send({ first_name: 'Al', license_number: null });
    expect(patched.body).toEqual({ ...client, first_name: 'Al', license_number: null });
  });

  it('finds a client by the new name after a change of one part', async () => {
    const { id } = await shop.clerk.client({ first_name: 'Verlyn', last_name: 'Heller' });
    await shop.api.patch(`/clients/${id}`).send({ first_name: 'Thorvald' }).expect(200);
    const found = await shop.api.get('/clients').query({ name: 'thorvald heller' }).expect(200);
    expect(found.body).toMatchObject([{ id }]);
    expect((await shop.api.get('/clients').query({ name: 'verlyn' })).body).toEqual([]);
  });

  it('lists all invalid members in one response', async () => {
    const pointers = await faultyMembers(shop.api.post('/clients').send({ first_name: ' ', license_number: {} }));
    expect(new Set(pointers)).toEqual(new Set(['#/first_name', '#/last_name', '#/address', '#/license_number']));
  });

  it('deletes a client who never rented', async () => {
    const { id } = await shop.clerk.client();
    await shop.api.delete(`/clients/${id}`).expect(204, '');
    await refused(shop.api.get(`/clients/${id}`), 404, 'not-found');
  });

  it('refuses to delete a client whose rentals are all closed, and counts them', async () => {
    const client = await shop.clerk.client();
    const { copies } = await shop.clerk.movie(1);
    for (const _ of [1, 2]) await shop.clerk.close((await shop.clerk.rent(client.id, copies[0].id)).id);
    const problem = await refused(shop.api.delete(`/clients/${client.id}`), 409, 'client-has-rents');
    expect(problem).toMatchObject({ open_rents: 0, closed_rents: 2 });
    await shop.api.get(`/clients/${client.id}`).expect(200);
  });

  it('refuses to delete a client with rentals, and counts open and closed ones', async () => {
    const client = await shop.clerk.client();
    const { copies } = await shop.clerk.movie(3);
    await shop.clerk.close((await shop.clerk.rent(client.id, copies[0].id)).id);
    await shop.clerk.rent(client.id, copies[0].id, copies[1].id);
    await shop.clerk.rent(client.id, copies[2].id);
    const problem = await refused(shop.api.delete(`/clients/${client.id}`), 409, 'client-has-rents');
    expect(problem).toMatchObject({ open_rents: 2, closed_rents: 1 });
    await shop.api.get(`/clients/${client.id}`).expect(200);
  });
});
