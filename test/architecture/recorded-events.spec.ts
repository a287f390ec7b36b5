import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from '../support/project.js';

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));

const typeOfEvent = /'((?:genre|movie|copy|client|rental|line|policy|shop|key)\.[a-z_]+)'/g;
const typesIn = (text: string): string[] => [...text.matchAll(typeOfEvent)].map(([, type]) => type!);

/** Migrations from that on which created the record of changes. */
const firstMigration = '1764600000000';
const tables = 'genre|movie|movie_copy|client|client_block|movie_rent|movie_rent_detail|renewal|shop|api_key';
/** Whether a migration changes rows that the API shows, and names no actor of an event. */
const changesSilently = (text: string): boolean => {
  const up = text.slice(0, text.indexOf('async down('));
  const changes = new RegExp(`\\b(UPDATE|DELETE FROM|INSERT INTO) "?(${tables})\\b`).test(up);
  return changes && !(up.includes('INSERT INTO event') && up.includes("'migration:"));
};

describe('the record of changes', () => {
  const known = typesIn(read('src/event-invariants.ts')).sort();

  it('has the types that verify knows, and no others', () => {
    const declared = [...sources('src'), ...sources('scripts')].filter(
      (path) => !/event-(invariants|references)\.ts$/.test(path),
    );
    // A column in SQL has the form of a type.
    const written = new RegExp(`(?:type: |changeOf\\w*\\(|\\? |: )${typeOfEvent.source}`, 'g');
    const types = declared.flatMap((path) =>
      [...readFileSync(path, 'utf8').replace(/\s+/g, ' ').matchAll(written)].map(([, type]) => type!),
    );
    const events = [...new Set(types)].filter((type) => !/\.(id|csv|sqlite|movie|genre)$/.test(type));
    expect(events.filter((type) => !known.includes(type))).toEqual([]);
    const quoted = declared.flatMap((path) => typesIn(readFileSync(path, 'utf8')));
    expect(known.filter((type) => !quoted.includes(type))).toEqual([]);
  });

  it('is documented type by type', () => {
    const table = [...read('docs/architecture.md').matchAll(/`([a-z]+\.[a-z_]+)`/g)].map(([, type]) => type!);
    expect(known.filter((type) => !table.includes(type))).toEqual([]);
  });

  it('has an event of each migration that changes rows', () => {
    const later = readdirSync(join(root, 'src/migrations')).filter(
      (file) => /^\d/.test(file) && file > `${firstMigration}-z`,
    );
    expect(later.length).toBeGreaterThan(3);
    expect(later.filter((file) => changesSilently(read(`src/migrations/${file}`)))).toEqual([]);
  });

  it.each([
    ['UPDATE movie SET title = 1', true],
    ['DELETE FROM client WHERE id = 1', true],
    ["UPDATE movie SET title = 1; INSERT INTO event (actor) VALUES ('migration:titles')", false],
    ['CREATE INDEX ix ON movie (title)', false],
    ['UPDATE movie_search SET title = 1', false],
  ])('finds migrations that change rows without an event: %s', (sql, isFound) => {
    expect(changesSilently(`async up() { ${sql} } async down() { UPDATE movie SET title = 2 }`)).toBe(isFound);
  });
});
