/* eslint-disable @typescript-eslint/no-explicit-any -- answers are of any shape */
import { dateAt, endOf } from './rental-calendar.js';

/** The model of a shop: the state that the rules of rentals use. */
export interface Desk {
  now: string;
  /** The id of the last rental of another desk. */
  readonly lastRent: number;
  policy: Policy;
  readonly movies: readonly { readonly id: number; readonly days: number | null }[];
  readonly clients: readonly Client[];
  copies: Copy[];
  rents: Rent[];
  lines: Line[];
}
export interface Policy {
  readonly time_zone: string;
  readonly rental_days: number | null;
  readonly max_open_copies: number | null;
  readonly max_renewals: number | null;
  readonly block_when_overdue: boolean;
  readonly opening_days: readonly string[] | null;
  readonly closed_dates: readonly string[];
  readonly correction_minutes: number | null;
}
export interface Client {
  readonly id: number;
  limit: number | null;
  blocks: { readonly id: number; readonly until: string | null }[];
}
export interface Copy {
  readonly id: number;
  readonly movieId: number;
  readonly code: string;
  state: ServiceState;
}
export interface Rent {
  readonly id: number;
  clientId: number;
  readonly created: string;
  voided: string | null;
}
export interface Line {
  readonly id: number;
  readonly rentId: number;
  copyId: number;
  lent: string;
  /** The frozen term. */
  days: number | null;
  due: Due | null;
  renewals: number;
  returned: string | null;
  lost: string | null;
  /** The state that the last recorded event of the line gave the copy. */
  setCopyTo?: ServiceState;
  /** Whether its copy came back damaged, or the damage was found later. */
  isDamageReported?: boolean;
}
export interface Due {
  readonly on: string;
  readonly zone: string;
}

export const serviceStates = ['in_service', 'maintenance', 'lost', 'retired'] as const;
type ServiceState = (typeof serviceStates)[number];
export const overridable = ['client_blocked', 'client_has_overdue', 'limit_reached', 'copy_not_in_service'] as const;
export const isInStock = ({ state }: Copy): boolean => state === 'in_service' || state === 'maintenance';

/** Exactly one member, as on the wire; in a correction, beside the id of a line. */
export interface Name {
  readonly id?: number;
  readonly movie_copy_id?: number;
  readonly movie_id?: number;
  readonly code?: string;
  readonly condition?: 'ok' | 'damaged';
}
export type Request =
  | { readonly do: 'check out'; clientId: number; names: Name[]; rules?: string[]; isDryRun: boolean }
  | { readonly do: 'correct'; rentId: number; clientId: number; names: Name[]; rules?: string[] }
  | { readonly do: 'return'; rentId: number; names: Name[] }
  | { readonly do: 'renew'; rentId: number; names: Name[]; rules?: string[] }
  | { readonly do: 'return stack'; names: Name[] }
  | { readonly do: 'close' | 'void' | 'delete'; rentId: number }
  | { readonly do: 'lose' | 'undo return'; lineId: number }
  | { readonly do: 'block'; clientId: number; until: string | null }
  | { readonly do: 'unblock'; blockId: number }
  | { readonly do: 'limit'; clientId: number; limit: number | null }
  | { readonly do: 'change policy'; policy: Partial<Policy> }
  | { readonly do: 'set state'; copyId: number; state: ServiceState }
  | { readonly do: 'set stock'; movieId: number; stock: number }
  | { readonly do: 'be refused'; of: Request; refusal: Refusal }
  | { readonly do: 'read state' };
export type RequestTo<Kind extends Request['do']> = Extract<Request, { readonly do: Kind }>;

export interface Answer {
  readonly status: number;
  readonly body: any;
}
export interface Refusal {
  readonly pointer: string;
  readonly code: string;
  readonly overridable?: boolean;
  readonly [fact: string]: unknown;
}
export const isOpen = ({ returned, lost }: Line): boolean => returned === null && lost === null;
export const open = (desk: Desk, rentId: number): Line[] =>
  desk.lines.filter((line) => line.rentId === rentId && isOpen(line));
export const openLine = (desk: Desk, { id }: Copy): Line | undefined =>
  desk.lines.find((line) => line.copyId === id && isOpen(line));
/** The line that a copy is out on, or was lent on last. Corrections lend copies on older lines. */
export const lastLine = (desk: Desk, copyId: number): Line | undefined => {
  const lines = desk.lines.filter((line) => line.copyId === copyId);
  const order = (one: Line, other: Line): number => Date.parse(one.lent) - Date.parse(other.lent) || byId(one, other);
  return lines.find(isOpen) ?? lines.sort(order).at(-1);
};
export const byId = (one: { readonly id: number }, other: { readonly id: number }): number => one.id - other.id;
export const rentOf = (desk: Desk, rentId: number): Rent => desk.rents.find(({ id }) => id === rentId)!;
export const lineOf = (desk: Desk, lineId: number): Line => desk.lines.find(({ id }) => id === lineId)!;
export const copyOf = (desk: Desk, { copyId }: Line): Copy => desk.copies.find(({ id }) => id === copyId)!;
export const clientOf = (desk: Desk, clientId: number): Client => desk.clients.find(({ id }) => id === clientId)!;
export const copyNamed = (desk: Desk, name: Name): Copy | undefined =>
  desk.copies.find(({ id, code }) => id === name.movie_copy_id || code === name.code?.trim().toUpperCase());
export const lineNamed = (desk: Desk, rentId: number, name: Name): Line | undefined =>
  desk.lines.find(
    (line) => line.rentId === rentId && (line.id === name.id || line.copyId === copyNamed(desk, name)?.id),
  );

export const activeBlocks = (desk: Desk, clientId: number): Client['blocks'] =>
  clientOf(desk, clientId).blocks.filter(({ until }) => until === null || today(desk) <= until);

export const isOverdue = ({ now }: Desk, { due, returned, lost }: Line): boolean =>
  due !== null && dateAt(returned ?? lost ?? now, due.zone) > due.on;
export const today = ({ now, policy }: Desk): string => dateAt(now, policy.time_zone);

/** Returns the refusals of lending a client `added` copies, while others are removed from its open copies. */
export function clientRefusals(desk: Desk, clientId: number, added: number, removed = 0): Refusal[] {
  if (added === 0) return [];
  const refuse = (code: string, facts: object) => ({ pointer: '#/client_id', code, overridable: true, ...facts });
  const { limit: own } = clientOf(desk, clientId);
  const has = desk.rents.filter((rent) => rent.clientId === clientId).flatMap(({ id }) => open(desk, id));
  const overdue = has.filter((line) => isOverdue(desk, line)).map(({ due }) => due!);
  const [first] = overdue.sort((one, other) => (endOf(one) + one.on < endOf(other) + other.on ? -1 : 1));
  const limit = own ?? desk.policy.max_open_copies;
  const counted = has.length - removed;
  return [
    ...blockRefusals(desk, clientId),
    ...(first && desk.policy.block_when_overdue ? [refuse('client_has_overdue', { due_on: first.on })] : []),
    ...(limit !== null && counted + added > limit ? [refuse('limit_reached', { limit, open: counted })] : []),
  ];
}

export function blockRefusals(desk: Desk, clientId: number): Refusal[] {
  const untils = activeBlocks(desk, clientId).map(({ until }) => until);
  if (untils.length === 0) return [];
  const until = untils.includes(null) ? null : untils.sort().at(-1);
  return [{ pointer: '#/client_id', code: 'client_blocked', overridable: true, until }];
}

export const sorted = (refusals: readonly Refusal[]): Refusal[] =>
  [...refusals].sort((one, other) => (one.pointer + one.code < other.pointer + other.code ? -1 : 1));
export const refusalsIn = (errors: readonly any[] = []): Refusal[] =>
  sorted(errors.map(({ detail: _, ...facts }) => facts));
