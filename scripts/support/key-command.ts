import { type Scope, scopes } from '../../src/kernel/command.js';
import type { ApiKey } from '../../src/platform/auth/api-keys/api-key.entity.js';
import type { KeyOrder } from '../../src/platform/auth/api-keys/key-management.js';
import type { Arguments, Usage } from './arguments.js';
import { UnusableInput } from './input.js';

type KeyCommand =
  | { readonly action: 'create'; readonly order: KeyOrder }
  | { readonly action: 'rotate'; readonly name: string; readonly overlapMs: number }
  | { readonly action: 'revoke'; readonly name: string }
  | { readonly action: 'list' };

export const usage = {
  command: 'npm run keys --',
  summary: 'Creates, lists, rotates and revokes API keys, also while the service runs.',
  positionals: ['<create|list|rotate|revoke>'],
  options: {
    name: { value: 'name', description: 'create, rotate, revoke: the name of the key, such as desk-1' },
    scopes: { value: 'scopes', description: `create: separated by commas, of ${scopes.join(', ')}` },
    client: { value: 'id', description: 'create: the client id of a customer, with the scope self' },
    expires: { value: '90d', description: 'create: how long the key is valid; if absent, until it is revoked' },
    overlap: {
      value: '24h',
      description: 'rotate: how long the former key stays valid; if absent, it ends immediately',
    },
  },
} as const satisfies Usage<string>;

type Options = Arguments<keyof typeof usage.options>;

/** The options that each action takes. */
const optionsOf = {
  create: ['name', 'scopes', 'client', 'expires'],
  rotate: ['name', 'overlap'],
  revoke: ['name'],
  list: [],
} as const satisfies Record<KeyCommand['action'], readonly (keyof typeof usage.options)[]>;

/** @throws UnusableInput */
export function readKeyCommand({ positionals: [action], options }: Options): KeyCommand {
  if (!isAction(action)) throw new UnusableInput(`The action must be create, list, rotate or revoke.${seeHelp}`);
  const allowed: readonly string[] = optionsOf[action];
  const foreign = Object.keys(options).find((name) => !allowed.includes(name));
  if (foreign) throw new UnusableInput(`${action} takes no --${foreign}.${seeHelp}`);
  if (action === 'list') return { action };
  const name = nameFrom(options.name);
  if (action === 'revoke') return { action, name };
  if (action === 'rotate') return { action, name, overlapMs: durationFrom('overlap', options.overlap) ?? 0 };
  return { action, order: { name, ...rightsFrom(options), lifetimeMs: durationFrom('expires', options.expires) } };
}

const seeHelp = '\nSee npm run keys -- --help.';

const isAction = (text = ''): text is KeyCommand['action'] => Object.hasOwn(optionsOf, text);

function nameFrom(name = ''): string {
  if (/^[a-z\d][\w.-]{0,62}$/i.test(name)) return name;
  throw new UnusableInput(`--name must be 1 to 63 letters, digits, dots, dashes and underscores.${seeHelp}`);
}

function rightsFrom(given: { scopes?: string; client?: string }): Pick<KeyOrder, 'scopes' | 'clientId'> {
  const names = [...new Set((given.scopes ?? '').split(/[,\s]+/).filter(Boolean))];
  const unknown = names.filter((name) => !(scopes as readonly string[]).includes(name));
  if (names.length === 0) throw new UnusableInput(`--scopes is missing.${seeHelp}`);
  if (unknown.length > 0) throw new UnusableInput(`--scopes has unknown scopes: ${unknown.join(', ')}.${seeHelp}`);
  if (names.includes('self') !== (given.client !== undefined)) {
    throw new UnusableInput(`The scope self and --client <id> belong together.${seeHelp}`);
  }
  if (given.client !== undefined && !/^[1-9]\d{0,8}$/.test(given.client)) {
    throw new UnusableInput(`--client must be the id of a client.${seeHelp}`);
  }
  return { scopes: names as Scope[], clientId: given.client === undefined ? null : Number(given.client) };
}

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationFrom(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  if (unit === undefined) throw new UnusableInput(`--${option} must be a time such as 90d, 24h or 30m.${seeHelp}`);
  return Number(count) * unitsMs[unit]!;
}

/** Returns the keys as a table, without anything secret. */
export function keysTable(keys: readonly ApiKey[], now: Date): string {
  if (keys.length === 0) return 'There are no keys.';
  const rows = keys.map((key) => [
    String(key.id),
    key.name,
    stateOf(key, now),
    key.creationDatetime.toISOString(),
    key.expiryDatetime?.toISOString() ?? 'never',
    key.scopes.join(',') + (key.clientId === null ? '' : ` (client ${key.clientId})`),
  ]);
  const all = [['id', 'name', 'state', 'created', 'expires', 'scopes'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function stateOf(key: ApiKey, now: Date): string {
  if (key.revokedDatetime) return 'revoked';
  return key.isUsableAt(now) ? 'usable' : 'expired';
}
