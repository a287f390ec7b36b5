import type { MovieRent } from './movie-rent.entity.js';

/**
 * Selects the paths of the resources that show a client: the client, and the client's blocks, rentals and lines. `$1` is
 * the client's id.
 */
export const resourcesOfClient = `
  SELECT '/clients/' || client.id FROM client WHERE client.id = $1
  UNION ALL SELECT '/client_blocks/' || client_block.id FROM client_block WHERE client_block.client_id = $1
  UNION ALL SELECT '/movie_rents/' || movie_rent.id FROM movie_rent WHERE movie_rent.client_id = $1
  UNION ALL SELECT '/movie_rent_details/' || movie_rent_detail.id FROM movie_rent_detail
    JOIN movie_rent ON movie_rent.id = movie_rent_detail.movie_rent_id WHERE movie_rent.client_id = $1`;

/** Returns the paths of the resources that show a rental: the rental and its lines. */
export const resourcesOfRent = (rent: MovieRent): string[] => [`/movie_rents/${rent.id}`, ...resourcesOfLines(rent)];

const resourcesOfLines = ({ details }: MovieRent): string[] => details.map(({ id }) => `/movie_rent_details/${id}`);

/** Returns the paths of resources that a correction deletes, or that show the former client. */
export function resourcesGone(before: MovieRent, after: MovieRent): string[] {
  if (before.clientId !== after.clientId) return resourcesOfRent(before);
  const kept = resourcesOfLines(after);
  return resourcesOfLines(before).filter((path) => !kept.includes(path));
}
