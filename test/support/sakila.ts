import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './project.js';

/** The CSV files of the Sakila sample database, which are not part of this repository. */
export const sakilaFolder = join(root, '../shared/data/sakila');
export const hasSakila = existsSync(sakilaFolder);
export const sakilaIsMissing = 'Sakila, since there is no folder ../shared/data/sakila beside this repository.';

/** A small shop in the files of Sakila: two films, three copies, two customers, two rentals. */
const files = {
  'category.csv': 'category_id,name\n1,Drama\n2,Comedy\n',
  'film.csv': 'film_id,title,description,release_year\n1,First Film,"Of one,\nand another",1999\n2,Second Film,,2006\n',
  'film_category.csv': 'film_id,category_id\n1,1\n2,2\n',
  'inventory.csv': 'inventory_id,film_id\n1,1\n2,1\n3,2\n',
  'customer.csv': 'customer_id,first_name,last_name,address_id\n1,Mary,Smith,1\n2,John,Doe,2\n',
  'address.csv': 'address_id,address,district,city_id\n1,5 Mill Lane,Alberta,1\n2,,,2\n',
  'city.csv': 'city_id,city\n1,Lethbridge\n2,\n',
  'rental.csv':
    'rental_id,rental_date,inventory_id,customer_id,return_date\n' +
    '1,2005-05-24 22:53:30,1,1,2005-05-26 22:04:30\n2,2005-05-25 10:00:00,2,2,\n',
};

type SakilaFile = keyof typeof files;
export type SakilaChanges = Partial<Record<SakilaFile, string | Buffer | null | ((text: string) => string)>>;

/** Writes the small shop into a new folder. `changes` replaces files, or omits them by null. */
export async function writeSakila(changes: SakilaChanges = {}): Promise<{ folder: string; drop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sakila-'));
  for (const [name, text] of Object.entries(files)) {
    const change = changes[name as SakilaFile];
    const content = typeof change === 'function' ? change(text) : change;
    if (content !== null) await writeFile(join(folder, name), content ?? text);
  }
  return { folder, drop: () => rm(folder, { recursive: true, force: true }) };
}
