import { type CalendarDate, dateAt } from '../../kernel/calendar.js';
import type { Facts, InputError, Refusal, RuleCode } from '../../kernel/domain-error.js';
import type { MovieCopy } from '../../movies/movie-copy.entity.js';
import type { Borrower } from './borrower.repository.js';
import { overridableRules } from './rent-order.js';

/** A refusal, and the id of the copy, movie or client that it concerns. Unknown barcodes have none. */
export type CheckOutRefusal = Refusal & { readonly subject?: number };

/** The numbers of copies that a client takes out and, by a correction of a rental, no longer has out. */
export interface Taken {
  readonly added: number;
  readonly removed: number;
}

/**
 * Returns the maximum number of copies that a client may have out: the client's own limit, else the shop's; null for no
 * limit.
 */
export const limitOf = ({ shop, client }: Pick<Borrower, 'shop' | 'client'>): number | null =>
  client?.maxOpenCopies ?? shop.maxOpenCopies;

/** Checks the rules for the client: at most one refusal for each, and none if no copy is taken out. */
export function checkClient(borrower: Borrower, { added, removed }: Taken, now: Date): CheckOutRefusal[] {
  const { shop, client } = borrower;
  if (!client || added === 0) return [];
  const refusals: CheckOutRefusal[] = checkBlocks(borrower, now);
  const refuse = (code: RuleCode, detail: string, facts: Facts) =>
    refusals.push(refusal(['clientId'], code, client.id, detail, facts));

  if (shop.blockWhenOverdue && client.firstDue && client.firstDue.dueDatetime < now) {
    const { dueOn } = client.firstDue;
    refuse('client_has_overdue', `The client has a copy that was due on ${dueOn}.`, { dueOn });
  }
  const limit = limitOf({ shop, client });
  const open = (client.openCopies ?? 0) - removed;
  if (limit !== null && open + added > limit) {
    refuse('limit_reached', `The client may have ${limit} copies out, and has ${open}.`, { limit, open });
  }
  // Next: client_owes, by the client's balance and the policy's block_when_owing.
  return refusals;
}

/** Checks the blocks of the client: one refusal for all of them. */
export function checkBlocks({ shop, client, blocks }: Borrower, now: Date): CheckOutRefusal[] {
  const active = blocks.length > 0 ? activeBlocks(blocks, dateAt(now, shop.timeZone)) : [];
  if (active.length === 0) return [];
  const isOpenEnded = active.some(({ until }) => until === null);
  const until = isOpenEnded
    ? null
    : active
        .map((block) => block.until!)
        .sort()
        .at(-1)!;
  const detail = `The client is blocked${until === null ? '' : ` through ${until}`}.`;
  return [refusal(['clientId'], 'client_blocked', client?.id, detail, { until })];
}

/** Returns the blocks that are active on a date of the shop's calendar. The last date is included. */
export const activeBlocks = <Block extends { readonly until: CalendarDate | null }>(
  blocks: readonly Block[],
  today: CalendarDate,
): Block[] => blocks.filter(({ until }) => until === null || today <= until);

/** Checks the rules for a copy that is not out on the rental itself. */
export function checkCopy(copy: MovieCopy, path: InputError['path']): CheckOutRefusal[] {
  const { id } = copy;
  const dueOn = copy.openRent?.dueOn ?? null;
  return [
    ...(copy.isRented ? [refusal(path, 'copy_rented', id, `Copy ${id} is out.`, { dueOn })] : []),
    ...(copy.isInService ? [] : [refusal(path, 'copy_not_in_service', id, `Copy ${id} is not in service.`)]),
  ];
}

/** Returns the refusal of a line, or an order, that refers to something that doesn't exist. */
export const unknown = (path: InputError['path'], subject: number | undefined, detail: string): CheckOutRefusal =>
  refusal(path, 'unknown', subject, detail);

/** @param subject the id of the copy, movie or client */
export const refusal = (
  path: InputError['path'],
  code: RuleCode,
  subject: number | undefined,
  detail: string,
  facts: Facts = {},
): CheckOutRefusal => ({
  path,
  code,
  detail,
  overridable: (overridableRules as readonly RuleCode[]).includes(code),
  facts,
  subject,
});
