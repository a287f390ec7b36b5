import { isIP } from 'node:net';
import { ValidateBy } from 'class-validator';
import { parseDatabaseUrl } from '../../kernel/database-url.js';

/** Returns what the variable must be, to continue "<NAME> …", or undefined for a valid value. */
type Rule = (value: string) => string | undefined;

const FollowsRule = (name: string, rule: Rule): PropertyDecorator =>
  ValidateBy({
    name,
    validator: {
      validate: (value) => rule(String(value)) === undefined,
      defaultMessage: ({ property, value } = {} as never) => `${property} ${rule(String(value))}`,
    },
  });

export const IsDatabaseUrl = (): PropertyDecorator =>
  FollowsRule('isDatabaseUrl', (text) => {
    try {
      parseDatabaseUrl(text);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  });

/** Empty, an absolute URL, or only its path. */
export const IsPublicUrl = (): PropertyDecorator =>
  FollowsRule('isPublicUrl', (text) => {
    if (text === '' || /^(\/[\w.~%-]+)+\/?$/.test(text)) return undefined;
    const url = /^https?:\/\/[^/]/.test(text) ? parseUrl(text) : undefined;
    const isPlain = url && !url.username && !url.password && !/[?#@\s\\]/.test(text);
    return isPlain ? undefined : 'must be a URL such as https://shop.example/rental, or a path such as /rental';
  });

/** Empty, or IP addresses and subnets in CIDR notation. */
export const IsAddressList = (): PropertyDecorator =>
  FollowsRule('isAddressList', (list) => {
    const isValid = (entry: string): boolean => {
      const [address, bits, ...rest] = entry.split('/');
      const version = isIP(address!);
      const maxBits = version === 4 ? 32 : 128;
      return version > 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && +bits <= maxBits));
    };
    if (list === '' || list.split(',').every(isValid)) return undefined;
    return 'must be addresses or subnets such as 10.0.0.7,10.1.0.0/16, separated by commas';
  });

/** Empty, or an https URL; http on a loopback address only, since a network in between could add keys to the set. */
export const IsKeySetUrl = (): PropertyDecorator =>
  FollowsRule('isKeySetUrl', (text) => {
    if (text === '') return undefined;
    const url = parseUrl(text);
    const isLoopback = /^(localhost|127\.[\d.]+|\[::1\])$/.test(url?.hostname ?? '');
    const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
    return isSafe ? undefined : 'must be a URL such as https://id.example/jwks.json; http is for loopback hosts only';
  });

/** All of the variables, or none. */
export const NeedsTogether = (...names: readonly string[]): PropertyDecorator =>
  ValidateBy({
    name: 'needsTogether',
    validator: {
      validate: (value, context) => value !== '' || names.every((name) => valueOf(context!.object, name) === ''),
      defaultMessage: ({ property } = {} as never) => `${property} is missing: ${names.join(', ')} belong together`,
    },
  });

const valueOf = (object: object, name: string): unknown => (object as Record<string, unknown>)[name];

/** Empty, `*`, or origins as browsers serialize them in the Origin header (RFC 6454 §6.2). */
export const IsOriginList = (): PropertyDecorator =>
  FollowsRule('isOriginList', (list) => {
    if (list === '' || list === '*') return undefined;
    const errors = list.split(',').flatMap((entry, index) => {
      const error = originError(entry);
      return error ? [`its entry ${index + 1} ${error}`] : [];
    });
    return errors.length > 0
      ? `must be *, or origins as browsers send them, such as https://desk.example,https://desk.example:8443: ${errors.join('; ')}`
      : undefined;
  });

function originError(entry: string): string | undefined {
  if (entry.trim() !== entry || entry === '')
    return 'is empty or has blanks around it: separate origins by one comma only';
  if (entry === 'null')
    return 'is the origin of every sandboxed page and local file: serve the page from an origin of its own';
  if (entry.includes('*')) return 'has a wildcard, which matches nothing: name each origin, or * alone for all';
  if (!/^https?:\/\/[^/]/i.test(entry)) return 'has no http:// or https:// before its host: write https://<host>';
  const url = parseUrl(entry);
  if (!url) return 'has no valid host or port: write https://<host> or https://<host>:<port>';
  if (url.username || url.password || entry.includes('@'))
    return 'has user information, which no origin has: write https://<host>';
  return url.origin === entry ? undefined : `is not how browsers send this origin: write ${url.origin}`;
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
