/**
 * A program for a desk, as a consumer would write it with the client that @hey-api/openapi-ts generates. Prints its
 * findings.
 */
import { client } from './client/client.gen.js';
import { addClient, addGenre, addMovieWithStock, closeMovieRent, listMovies, rentMovies } from './client/index.js';

client.setConfig({ baseUrl: process.argv[2]! });

const { data: genre } = await addGenre({ body: { name: 'Road movies' }, throwOnError: true });
const { data: person } = await addClient({
  body: { first_name: 'Alvin', last_name: 'Straight', address: '12 Mower Lane' },
  throwOnError: true,
});
const titles = ['Alice in the Cities', 'Kings of the Road', 'Paris, Texas', 'The Straight Story', 'Wild Strawberries'];
const copyIds: number[] = [];
for (const title of titles) {
  const { data: movie } = await addMovieWithStock({
    headers: { 'Idempotency-Key': `stock ${title}`.replaceAll(' ', '-') },
    body: { title, year: 1984, director: null, genre_id: genre.id, stock: 1 },
    throwOnError: true,
  });
  copyIds.push(...movie.copies.map((copy) => copy.id));
}

const details = copyIds.slice(0, 2).map((movie_copy_id) => ({ movie_copy_id }));
const rented = await rentMovies({ body: { client_id: person.id, details }, throwOnError: true });
// The response to a dry run is a preview.
if (!('id' in rented.data)) throw new Error('This was not a dry run.');
const again = await rentMovies({ body: { client_id: person.id, details: [{ movie_copy_id: copyIds[0]! }] } });
const refused = again.error?.type === '/problems/copy-already-rented' ? again.error.movie_copy_ids : [];
const closed = await closeMovieRent({ path: { id: rented.data.id }, throwOnError: true });

const found: string[] = [];
for (let cursor: string | undefined, more = true; more;) {
  const page = await listMovies({ query: { sort: 'title', limit: 2, expand: 'genre', cursor }, throwOnError: true });
  for (const movie of page.data) found.push(`${movie.title} (${movie.genre?.name})`);
  const next = /<([^>]+)>; rel="next"/.exec(page.response.headers.get('Link') ?? '')?.[1];
  cursor = next === undefined ? undefined : new URL(next, process.argv[2]).searchParams.get('cursor')!;
  more = next !== undefined;
}

console.log(JSON.stringify({ lines: rented.data.details.length, refused, is_closed: closed.data.is_closed, found }));
