/** A program that uses only the types that openapi-typescript generates. Prints its findings. */
import type { components, operations } from './types.js';

type RentMovies = operations['rentMovies'];
type Conflict = RentMovies['responses'][409]['content']['application/problem+json'];
type Movie = components['schemas']['Movie'];

const api = process.argv[2]!;

async function listMovies(query: NonNullable<operations['listMovies']['parameters']['query']>): Promise<Movie[]> {
  const answer = await fetch(
    `${api}/movies?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, `${v}`]))}`,
  );
  return (await answer.json()) as operations['listMovies']['responses'][200]['content']['application/json'];
}

async function rentMovies(body: RentMovies['requestBody']['content']['application/json']): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return fetch(`${api}/movie_rents`, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Returns the movies without an available copy, if that is the problem. */
function soldOut(conflict: Conflict): number[] {
  return conflict.type === '/problems/no-copy-available' ? conflict.movie_ids : [];
}

const [movie] = await listMovies({ title: 'dort', available: true, limit: 1 });
const first = await rentMovies({ client_id: 1, details: [{ movie_id: movie!.id }] });
const second = await rentMovies({ client_id: 1, details: [{ movie_id: movie!.id }] });
const conflict = (await second.json()) as Conflict;
console.log(JSON.stringify({ statuses: [first.status, second.status], soldOut: soldOut(conflict) }));
