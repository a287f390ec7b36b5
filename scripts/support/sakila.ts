import { parse } from 'csv-parse/sync';
import { groupBy } from '../../src/kernel/group-by.js';
import { readInput, referred, UnusableInput } from './input.js';
import type { Shop } from './shop.js';

const remedy =
  'Name the folder that holds the CSV files of the Sakila sample database: npm run import:sakila -- <folder>';

/**
 * The shop in the CSV files of the Sakila sample database.
 * @throws UnusableInput
 */
export async function readSakila(folder: string): Promise<Shop> {
  const read = <const Column extends string>(file: string, columns: readonly Column[]) =>
    readRows(folder, file, columns);
  const [categories, films, filmCategories, inventory, customers, addresses, cities, rentals] = await Promise.all([
    read('category.csv', ['category_id', 'name']),
    read('film.csv', ['film_id', 'title', 'description', 'release_year']),
    read('film_category.csv', ['film_id', 'category_id']),
    read('inventory.csv', ['inventory_id', 'film_id']),
    read('customer.csv', ['customer_id', 'first_name', 'last_name', 'address_id']),
    read('address.csv', ['address_id', 'address', 'district', 'city_id']),
    read('city.csv', ['city_id', 'city']),
    read('rental.csv', ['rental_date', 'inventory_id', 'customer_id', 'return_date']),
  ]);

  const categoryNames = new Map(categories.map((category) => [category.category_id, category.name]));
  const categoryOfFilm = new Map(filmCategories.map((row) => [row.film_id, row.category_id]));
  const inventoryOfFilm = groupBy(inventory, (copy) => copy.film_id);
  const cityNames = new Map(cities.map(({ city_id, city }) => [city_id, city]));
  const addressTexts = new Map(
    addresses.map(({ address_id, address, district, city_id }) => [
      address_id,
      [address, district, referred(cityNames, city_id, 'city')].filter(Boolean).join(', '),
    ]),
  );
  const customerPositions = new Map(customers.map(({ customer_id }, position) => [customer_id, position]));

  return {
    genres: categories.map(({ name }) => ({ name, description: null })),
    movies: films.map((film) => ({
      title: film.title,
      description: film.description || null,
      year: Number(film.release_year),
      director: null,
      genre: referred(categoryNames, referred(categoryOfFilm, film.film_id, 'category of film'), 'category'),
      copies: (inventoryOfFilm.get(film.film_id) ?? []).map((copy) => copyCode(copy.inventory_id)),
    })),
    clients: customers.map((customer) => ({
      firstName: customer.first_name,
      lastName: customer.last_name,
      address: referred(addressTexts, customer.address_id, 'address'),
      licenseNumber: null,
    })),
    rents: rentals.map((rental) => ({
      client: referred(customerPositions, rental.customer_id, 'customer'),
      creationDatetime: instant(rental.rental_date),
      lines: [
        {
          copy: copyCode(rental.inventory_id),
          returnedDatetime: rental.return_date ? instant(rental.return_date) : null,
        },
      ],
    })),
  };
}

const copyCode = (inventoryId: string) => `SAKILA-${inventoryId}`;

/** Sakila doesn't say which time zone "2005-05-24 22:53:30" is in; UTC makes it the same wherever it is imported. */
function instant(text: string): Date {
  const date = new Date(`${text.replace(' ', 'T')}Z`);
  if (Number.isNaN(date.getTime())) throw new UnusableInput(`rental.csv has a date that can't be understood: ${text}`);
  return date;
}

async function readRows<Column extends string>(
  folder: string,
  file: string,
  columns: readonly Column[],
): Promise<Record<Column, string>[]> {
  const text = await readInput(folder, file, remedy);
  try {
    return parse(text, {
      bom: true,
      columns: (header: string[]) => {
        const missing = columns.filter((column) => !header.includes(column));
        if (missing.length > 0) throw new Error(`it has no column ${missing.join(', ')}`);
        return header;
      },
    }) as Record<Column, string>[];
  } catch (error) {
    throw new UnusableInput(`${file} isn't as Sakila has it: ${(error as Error).message}.\n${remedy}`);
  }
}
