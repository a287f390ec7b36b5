/* eslint-disable @typescript-eslint/no-explicit-any -- answers are checked member by member */
import { randomUUID } from 'node:crypto';
import type { Api } from '../app.js';
import { executeRaw } from '../database/raw-database.js';
import { clerk as clerkOf } from '../shop.js';

const person = {
  first_name: 'Zephyrine',
  last_name: 'Quillfeather',
  address: '77 Obsidian Crescent',
  license_number: 'QX-998877',
  email: 'zq@plume.example',
  phone: '+99 5550199',
};
const duplicate = {
  ...person,
  license_number: 'QX-112233',
  email: 'second@plume.example',
  phone: '+99 5550288',
};

/** The members of requests that can contain personal data. `leavePersonalData` fills in all of them. */
export const personalMembers = [...Object.keys(person), 'comment', 'note', 'reason'].sort();

/** Texts of the person that `leavePersonalData` leaves, in lowercase. */
export const personalTexts = [
  ...['zephyrine', 'quillfeather', '77 obsidian', 'qx-998877', 'zq@plume', '5550199'],
  ...['71 obsidian', 'qx-112233'],
  ...['blockreason', 'damagenote of a line', 'damagenote of a deleted line'],
  ...['undocomment', 'voidcomment', 'mergecomment', 'overridecomment', 'movedcomment', 'renewalcomment'],
];

/** Texts that were stored until the duplicate was merged. */
export const formerTexts = ['second@plume', '5550288'];

/** Creates a client with personal data in every place for it: see `personalTexts`. */
export async function leavePersonalData({ api, databaseUrl }: { api: Api; databaseUrl: string }) {
  const clerk = clerkOf(api);
  const post = async (path: string, body: object): Promise<any> => {
    const { status, body: answer } = await api.post(path).set('Idempotency-Key', randomUUID()).send(body);
    expect([path, status < 300 ? '' : answer]).toEqual([path, '']);
    return answer;
  };
  const copyId = async (): Promise<number> => (await clerk.movie(1))['copies'][0].id;
  const { id } = await post('/clients', { ...person, address: '71 Obsidian Crescent' });
  await api.patch(`/clients/${id}`).send({ address: person.address }).expect(200);
  const { id: duplicateId } = await post('/clients', duplicate);
  const other = await clerk.client();
  await api.patch('/shop').send({ rental_days: 3 }).expect(200);
  await post(`/clients/${id}/blocks`, { reason: 'BlockReason Zephyrine' });
  const override = { rules: ['client_blocked'], comment: 'OverrideComment Zephyrine' };
  const rent = (clientId: number, copy: number, comment = override.comment) =>
    post('/movie_rents', {
      client_id: clientId,
      details: [{ movie_copy_id: copy }],
      override: { ...override, comment },
    });

  const returned = await rent(id, await copyId());
  const [{ id: lineId }] = returned.details;
  await post(`/movie_rents/${returned.id}/renewals`, {
    details: [{ id: lineId }],
    override: { ...override, comment: 'RenewalComment Zephyrine' },
  });
  await post(`/movie_rents/${returned.id}/returns`, {
    details: [{ id: lineId, condition: 'damaged', note: 'DamageNote of a line' }],
  });
  await post(`/movie_rent_details/${lineId}/undo_return`, { comment: 'UndoComment Zephyrine' });
  await api.put(`/movie_rents/${returned.id}/close`).expect(200);
  const voided = await rent(id, await copyId());
  await post(`/movie_rents/${voided.id}/void`, { comment: 'VoidComment Zephyrine' });
  const deleted = await rent(id, await copyId());
  await post(`/movie_rents/${deleted.id}/returns`, {
    details: [{ id: deleted.details[0].id, note: 'DamageNote of a deleted line' }],
  });
  await api.delete(`/movie_rents/${deleted.id}`).expect(204);
  const moved = await rent(id, await copyId(), 'MovedComment');
  await api
    .put(`/movie_rents/${moved.id}`)
    .send({ client_id: other['id'], details: [{ movie_copy_id: moved.details[0].movie_copy_id }] })
    .expect(200);
  await post(`/clients/${id}/merge`, { client_id: duplicateId, comment: 'MergeComment Zephyrine' });
  await api.patch(`/clients/${id}`).send({ email: null, phone: null }).expect(200);
  await api.patch(`/clients/${id}`).send({ email: person.email, phone: person.phone }).expect(200);
  await executeRaw(
    databaseUrl,
    `INSERT INTO imported_row (source, table_name, source_id, row_id) VALUES
     ('old', 'client', 'QX-998877', ${id}), ('old', 'client', 'QX-112233 of the duplicate', ${duplicateId}),
     ('old', 'movie_rent', 'QX-998877 2026-01-01', ${returned.id})`,
  );
  return { id: id as number, otherId: other['id'] as number, returned, moved };
}
