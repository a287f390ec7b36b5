/**
 * A program that uses the client and the zod schemas that @hey-api/openapi-ts generates, and never reads a header. Prints
 * its findings.
 */
import { client } from './client/client.gen.js';
import { changeMovie, listMovies, rentMovies } from './client/index.js';
import { zClientInput, zListMoviesResponse, zMovieRentInput } from './client/zod.gen.js';

client.setConfig({ baseUrl: process.argv[2]! });

const titles: string[] = [];
for (let after: number | undefined; ;) {
  const { data } = await listMovies({ query: { sort: '-title', limit: 2, after }, throwOnError: true });
  const page = zListMoviesResponse.parse(data);
  if (page.length === 0) break;
  titles.push(...page.map(({ title }) => title));
  after = page.at(-1)!.id;
}

const body = zMovieRentInput.parse({ client_id: 1, details: [{ movie_copy_id: 1 }] });
await rentMovies({ body, throwOnError: true });
const { error } = await rentMovies({ body });
const codes = error?.type === '/problems/copy-already-rented' ? error.errors.map(({ code }) => code) : [];
const { data: movie } = await changeMovie({ path: { id: 1 }, body: { year: 1985 }, throwOnError: true });

const person = { first_name: null, last_name: 'Cher', address: '1 Park' };
const taken = [4711, 'IA-55210', null].map((license_number) => ({ ...person, license_number }));
const refused = [
  { ...person, license_number: ' ' },
  { ...person, license_number: -1 },
];
const isValid = (input: unknown): boolean => zClientInput.safeParse(input).success;
console.log(
  JSON.stringify({ titles, codes, year: movie.year, taken: taken.every(isValid), refused: !refused.some(isValid) }),
);
