import { faultyMembers, refused } from '../support/problem.js';
import { useShop } from '../support/shop.js';

describe('clients', () => {
  const shop = useShop();

  it('adds a client and says where they are', async () => {
    const client = { first_name: 'Rose', last_name: 'Straight', address: '1 Lake Rd', license_number: 'IA-1' };
    const { body, headers } = await shop.api.post('/clients').send(client).expect(201);
    expect(body).toEqual({ id: expect.any(Number), ...client });
    expect(headers.location).toBe(`/clients/${body.id}`);
    expect((await shop.api.get(headers.location!).expect(200)).body).toEqual(body);
  });

  it('needs no address and no license', async () => {
    const { body } = await shop.api.post('/clients').send({ first_name: 'Lyle', last_name: 'S' }).expect(201);
    expect(body).toMatchObject({ address: null, license_number: null });
    await shop.api.post('/clients').send({ first_name: 'Lyle', last_name: 'S', license_number: null }).expect(201);
  });

  it('refuses a license number that another client has', async () => {
    await shop.clerk.client({ license_number: 'IA-2' });
    const other = await shop.clerk.client({ license_number: 'IA-3' });
    const twin = { first_name: 'A', last_name: 'B', license_number: 'IA-2' };
    await refused(shop.api.post('/clients').send(twin), 409, 'license-number-taken');
    await refused(shop.api.put(`/clients/${other.id}`).send(twin), 409, 'license-number-taken');
    await refused(shop.api.patch(`/clients/${other.id}`).send({ license_number: 'IA-2' }), 409, 'license-number-taken');
    expect((await shop.api.get(`/clients/${other.id}`)).body).toEqual(other);
  });

  it('replaces a client as a whole: what the new one leaves out is gone', async () => {
    const { id } = await shop.clerk.client({ address: '2 Lake Rd', license_number: 'IA-4' });
    const { body } = await shop.api.put(`/clients/${id}`).send({ first_name: 'Dot', last_name: 'X' }).expect(200);
    expect(body).toEqual({ id, first_name: 'Dot', last_name: 'X', address: null, license_number: null });
  });

  it('changes what a patch names and keeps the rest', async () => {
    const client = await shop.clerk.client({ address: '3 Lake Rd', license_number: 'IA-5' });
    const patched = await shop.api.patch(`/clients/${client.id}`).send({ first_name: 'Al', address: null }).expect(200);
    expect(patched.body).toEqual({ ...client, first_name: 'Al', address: null });
  });

  it('is found by the new name after a change of only one part of it', async () => {
    const { id } = await shop.clerk.client({ first_name: 'Verlyn', last_name: 'Heller' });
    await shop.api.patch(`/clients/${id}`).send({ first_name: 'Thorvald' }).expect(200);
    const found = await shop.api.get('/clients').query({ name: 'thorvald heller' }).expect(200);
    expect(found.body).toMatchObject([{ id }]);
    expect((await shop.api.get('/clients').query({ name: 'verlyn' })).body).toEqual([]);
  });

  it('names every member at fault at once', async () => {
    const pointers = await faultyMembers(shop.api.post('/clients').send({ first_name: ' ', license_number: {} }));
    expect(new Set(pointers)).toEqual(new Set(['#/first_name', '#/last_name', '#/license_number']));
  });

  it('deletes a client who never rented', async () => {
    const { id } = await shop.clerk.client();
    await shop.api.delete(`/clients/${id}`).expect(204, '');
    await refused(shop.api.get(`/clients/${id}`), 404, 'not-found');
  });

  it('keeps a client who rented, and says on how many open and closed rentals', async () => {
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
