import { walk } from '../support/http/paging.js';
import { refused } from '../support/http/problem.js';
import { useShop } from '../support/shop.js';

describe('GET /movie_rent_details', () => {
  const shop = useShop();
  let clientId: number;
  const setPolicy = (members: object) => shop.clerk.setPolicy({ time_zone: 'Europe/Berlin', ...members });
  /** Ids of lines by their state. */
  const lines: Record<string, number> = {};
  const movies: Record<string, { id: number; copies: { id: number; code: string }[] }> = {};

  async function lend(name: string, days: number | null, returned?: string): Promise<void> {
    await setPolicy({ rental_days: days });
    shop.clock.set('2026-03-01T12:00:00.000Z');
    const movie = (await shop.clerk.movie(1)) as (typeof movies)[string];
    const rent = await shop.clerk.rent(clientId, movie.copies[0]!.id);
    if (returned) {
      shop.clock.set(returned);
      await shop.clerk.close(rent['id']);
    }
    movies[name] = movie;
    lines[name] = rent['details'][0].id;
  }

  beforeAll(async () => {
    clientId = (await shop.clerk.client()).id;
    await lend('late, in', 1, '2026-03-05T12:00:00.000Z');
    await lend('overdue', 3);
    await lend('never due', null);
    await lend('in time, in', 5, '2026-03-02T12:00:00.000Z');
    await lend('long overdue', 2);
    await lend('not yet due', 30);
    shop.clock.set('2026-03-10T12:00:00.000Z');
  });

  async function list(query: string): Promise<string[]> {
    const { body } = await shop.api.get(`/movie_rent_details?${query}`).expect(200);
    const nameOf = new Map(Object.entries(lines).map(([name, id]) => [id, name]));
    return body.map(({ id }: { id: number }) => nameOf.get(id));
  }

  const inOrderOfIds = ['late, in', 'overdue', 'never due', 'in time, in', 'long overdue', 'not yet due'];
  const inOrderOfDueDates = ['late, in', 'long overdue', 'overdue', 'in time, in', 'not yet due', 'never due'];

  it.each([
    ['', inOrderOfIds],
    ['sort=-id', [...inOrderOfIds].reverse()],
    ['sort=due_datetime', inOrderOfDueDates],
    ['sort=-due_datetime', [...inOrderOfDueDates].reverse()],
    ['is_open=true', ['overdue', 'never due', 'long overdue', 'not yet due']],
    ['is_open=false', ['late, in', 'in time, in']],
    ['overdue=true', ['late, in', 'overdue', 'long overdue']],
    ['overdue=false', ['never due', 'in time, in', 'not yet due']],
    ['is_open=true&overdue=true&sort=due_datetime', ['long overdue', 'overdue']],
    ['is_open=true&due_before=2026-03-04&sort=due_datetime', ['long overdue']],
    ['is_open=true&due_before=2026-03-05&sort=due_datetime', ['long overdue', 'overdue']],
    ['due_before=2026-03-05', ['late, in', 'overdue', 'long overdue']],
  ])('returns for ?%s the lines %j', async (query, expected) => {
    expect(await list(query)).toEqual(expected);
    expect(await list(`${query}&client_id=${clientId}`)).toEqual(expected);
  });

  it('is filtered by movie, by copy and by client', async () => {
    const { id, copies } = movies['overdue']!;
    expect(await list(`movie_id=${id}`)).toEqual(['overdue']);
    expect(await list(`movie_copy_id=${copies[0]!.id}`)).toEqual(['overdue']);
    expect(await list(`client_id=${clientId + 1}`)).toEqual([]);
  });

  it.each(['sort=due_datetime', 'sort=-due_datetime', 'sort=due_datetime&is_open=true', 'overdue=true'])(
    'is complete page by page: ?%s',
    async (query) => {
      const whole = (await shop.api.get(`/movie_rent_details?${query}`)).body;
      expect((await walk(shop.api, `/movie_rent_details?${query}&limit=1`, 'next')).flat()).toEqual(
        whole.map(({ id }: { id: number }) => id),
      );
      const afterwards = [];
      for (let after = ''; ; after = `&after=${(afterwards.at(-1) as { id: number }).id}`) {
        const { body } = await shop.api.get(`/movie_rent_details?${query}&limit=2${after}`).expect(200);
        if (body.length === 0) break;
        afterwards.push(...body);
      }
      expect(afterwards).toEqual(whole);
    },
  );

  it('shows for each line the client, the copy and the due date', async () => {
    const [line] = (await shop.api.get('/movie_rent_details?is_open=true&overdue=true&expand=client')).body;
    expect(line).toMatchObject({
      id: lines['overdue'],
      client_id: clientId,
      client: { id: clientId },
      due_on: '2026-03-04',
      due_datetime: '2026-03-04T22:59:59.999Z',
      is_overdue: true,
      days_overdue: 6,
      movie_copy: { id: movies['overdue']!.copies[0]!.id, movie: { id: movies['overdue']!.id } },
    });
    const { client: _, ...alone } = line;
    expect((await shop.api.get(`/movie_rent_details/${lines['overdue']}`).expect(200)).body).toEqual(alone);
    expect((await shop.api.get(`/movie_rent_details/${lines['overdue']}?expand=client`)).body).toEqual(line);
  });

  it('returns 422 for invalid dates, and 404 for an unknown line', async () => {
    const { body } = await shop.api.get('/movie_rent_details?due_before=2026-02-30').expect(422);
    expect(body.errors).toMatchObject([{ parameter: 'due_before', code: 'format' }]);
    await refused(shop.api.get('/movie_rent_details/4711'), 404, 'not-found');
  });
});
