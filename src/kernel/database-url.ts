/** An invalid database URL. The message names the rule and the valid form, and never quotes the URL. */
export class InvalidDatabaseUrl extends Error {}

export type DatabaseUrl =
  { readonly type: 'sqlite'; readonly file: string } | { readonly type: 'postgres'; readonly url: string };

const postgresForm = 'postgres://<user>:<password>@<host>:<port>/<database>';
const encoding =
  'percent-encode what is special in them: / as %2F, % as %25, # as %23, ? as %3F, @ as %40, : as %3A, a blank as %20';

/**
 * Parses a database URL. The returned PostgreSQL URL means the same to the WHATWG URL parser, the pg package and TypeORM.
 * @throws InvalidDatabaseUrl
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  if (text.startsWith('sqlite:')) return { type: 'sqlite', file: sqliteFile(text.slice('sqlite:'.length)) };
  if (/^postgres(ql)?:\/\//.test(text)) return { type: 'postgres', url: postgresUrl(text) };
  throw new InvalidDatabaseUrl(`must be sqlite:<path> or ${postgresForm}`);
}

/** Returns a database URL without its password and parameters, which may contain the password. */
export function redactDatabaseUrl(text: string): string {
  const parsed = parseDatabaseUrl(text);
  if (parsed.type === 'sqlite') return text;
  const url = new URL(parsed.url);
  url.password = '';
  url.search = '';
  return url.href;
}

/** Takes the path literally. Rejects paths that a shell or a URL parser would change. */
function sqliteFile(path: string): string {
  const rules: [boolean, string][] = [
    [path === '', 'must name a file: sqlite:<path>'],
    [path.trim() !== path, 'must have no blanks around the path: sqlite:<path>'],
    [
      path.startsWith('//'),
      'must have no slashes before the path: write sqlite:/<absolute path> or sqlite:<path from the working directory>',
    ],
    [
      path.startsWith('~'),
      'must not begin its path with ~, which only a shell expands: write sqlite:/home/<user>/<path>',
    ],
    [/^(:memory:|file:)/.test(path), 'must name a file by its path, as in sqlite:data/movie-rental.sqlite'],
    [path.includes('?'), 'must have no parameters: a SQLite file is named by its path alone, as in sqlite:<path>'],
    [
      /%[0-9a-f]{2}/i.test(path),
      'must not be percent-encoded where it names a SQLite file: write each character of the path itself, as in sqlite:/<path>',
    ],
    [/[/\\]$/.test(path), 'must name a file and not a folder: sqlite:<folder>/movie-rental.sqlite'],
  ];
  assertRules(rules);
  return path;
}

function postgresUrl(text: string): string {
  // An unencoded delimiter in the password moves the rest of the password, and the @ after it, out of the authority.
  const [, authority, rest] = /^\w+:\/\/([^/?#]*)(.*)$/s.exec(text)!;
  const host = authority!.slice(authority!.lastIndexOf('@') + 1);
  assertRules([
    [/\s/.test(text), `must have no blanks; in user and password, ${encoding}. Write ${postgresForm}`],
    [/[@#]/.test(rest!), `must have its user and password encoded; ${encoding}. Write ${postgresForm}`],
    [!isDecodable(text), `must have % only before two hexadecimal digits; in user and password, ${encoding}`],
    [
      host.includes(','),
      `must name one host; a replica to read from belongs in DATABASE_REPLICA_URL. Write ${postgresForm}`,
    ],
    [
      host === '',
      `must name a host. Write ${postgresForm}, or for a socket postgres://<user>:<password>@%2Frun%2Fpostgresql/<database>`,
    ],
  ]);
  const url = parsed(text);
  const database = url.pathname.slice(1);
  assertRules([
    [database === '', `must name a database after the host. Write ${postgresForm}`],
    // The pg package does not decode these.
    [
      database.includes('/') || decodeURI(database) !== decodeURIComponent(database),
      `must name a database without any of / ? # ; : @ & = + $ and comma. Write ${postgresForm}`,
    ],
    [url.searchParams.get('host')?.includes(',') ?? false, `must name one host. Write ${postgresForm}`],
  ]);
  return url.href;
}

function parsed(text: string): URL {
  try {
    return new URL(text);
  } catch {
    // The error of the URL parser quotes the whole URL.
    throw new InvalidDatabaseUrl(
      `must be ${postgresForm}, with a port from 1 to 65535; in user and password, ${encoding}`,
    );
  }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function assertRules(rules: readonly (readonly [isBroken: boolean, rule: string])[]): void {
  const broken = rules.find(([isBroken]) => isBroken);
  if (broken) throw new InvalidDatabaseUrl(broken[1]);
}
