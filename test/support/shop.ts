/* eslint-disable @typescript-eslint/no-explicit-any -- answers are judged by the tests, member by member */
import type { Api } from './app.js';

let serial = 0;

/** Stocks a shop over HTTP, as any consumer would. */
export function clerk(api: Api) {
  const post = async (path: string, body: object): Promise<Record<string, any>> => {
    const { body: created } = await api.post(path).send(body).expect(201);
    return created;
  };
  return {
    genre: () => post('/genres', { name: `Genre ${++serial}` }),
    client: () => post('/clients', { first_name: 'Alvin', last_name: `Straight ${++serial}` }),
    async movie(stock: number, members: object = {}) {
      const genre = await this.genre();
      return post('/movies/with_stock', {
        title: `Movie ${++serial}`,
        year: 1999,
        genre_id: genre.id,
        stock,
        ...members,
      });
    },
    rent: (clientId: number, ...copyIds: number[]) =>
      post('/movie_rents', { client_id: clientId, details: copyIds.map((id) => ({ movie_copy_id: id })) }),
  };
}
