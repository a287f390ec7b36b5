/* eslint-disable @typescript-eslint/no-explicit-any -- answers are checked member by member */
import { type Api, openShop, type RunningShop } from './app.js';

let serial = 0;

/** Creates resources over HTTP, like any client. */
export function clerk(api: Api) {
  const post = async (path: string, body: object): Promise<Record<string, any>> => {
    const { body: created } = await api.post(path).send(body).expect(201);
    return created;
  };
  let genreOfMovies: Promise<Record<string, any>> | undefined;
  return {
    genre: (members: object = {}) => post('/genres', { name: `Genre ${++serial}`, ...members }),
    client: (members: object = {}) =>
      post('/clients', {
        first_name: 'Alvin',
        last_name: `Straight ${++serial}`,
        address: '12 Mower Lane',
        ...members,
      }),
    /** Adds a movie with copies, by default in a genre that all these movies share. */
    async movie(stock: number, members: { genre_id?: number; [name: string]: unknown } = {}) {
      const genreId = members.genre_id ?? (await (genreOfMovies ??= this.genre())).id;
      return post('/movies/with_stock', {
        title: `Movie ${++serial}`,
        year: 1999,
        genre_id: genreId,
        stock,
        ...members,
      });
    },
    copy: (movieId: number, members: object = {}) => post(`/movies/${movieId}/copies`, members),
    rent: (clientId: number, ...copyIds: number[]) =>
      post('/movie_rents', { client_id: clientId, details: copyIds.map((id) => ({ movie_copy_id: id })) }),
    /** Replaces the policy: rules that `members` omits are removed. */
    setPolicy: (members: object) =>
      api
        .put('/shop')
        .send({ name: 'Video', time_zone: 'UTC', currency: 'EUR', ...members })
        .expect(200),
    async close(rentId: number): Promise<Record<string, any>> {
      return (await api.put(`/movie_rents/${rentId}/close`).expect(200)).body;
    },
  };
}

/** Opens one shop, with its clerk, for all tests of a file. */
export function useShop() {
  const shop = {} as RunningShop & { clerk: ReturnType<typeof clerk> };
  beforeAll(async () => {
    const opened = await openShop();
    Object.assign(shop, opened, { clerk: clerk(opened.api) });
  });
  afterAll(() => shop.close());
  return shop;
}
