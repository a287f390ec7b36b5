import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { Clock } from '../../src/kernel/clock.js';
import type { Progress } from './progress.js';
import type { Shop, ShopRent } from '../import/shop.js';

/** A clock that shows the instant of the replayed event. */
export class ReplayClock extends Clock {
  private instant = new Date(0);

  override now(): Date {
    return this.instant;
  }

  set(instant: Date): void {
    this.instant = instant;
  }
}

/** The result of a replay. Its members are those of the JSON that the command prints. */
export interface ReplayReport {
  /** Check-outs that the shop allowed. */
  readonly check_outs: number;
  /** The number of check-outs that each rule refused. */
  readonly refused: Readonly<Record<string, number>>;
  readonly returns: number;
  /** Payments need the ledger, which the service doesn't have. */
  readonly payments: 0;
  readonly open_at_end: number;
  readonly clients_with_open: number;
  readonly peak_open: number;
  /** The first instant with that many open lines; null if there was none. */
  readonly peak_at: Date | null;
  readonly late_returns: number;
  readonly late_days: number;
  /** Balances need the ledger, which the service doesn't have. */
  readonly balances: Readonly<Record<string, never>>;
}

/** Ids that rows of the source have in the shop. */
export interface ShopIds {
  client(sourceId: string): number;
  copy(sourceId: string): number;
}

interface RentalDocument {
  readonly id: number;
  readonly client_id: number;
  readonly details: readonly LineDocument[];
}

interface LineDocument {
  readonly movie_copy_id: number;
  readonly returned_datetime: string | null;
  readonly days_overdue: number;
}

interface Event {
  readonly instant: Date;
  readonly rent: ShopRent;
  /** The returned copy; a check-out has none. */
  readonly copy?: string;
}

/**
 * Returns all check-outs and returns in the order of time. Those of the same instant are in the order in which their
 * rentals began, so that a copy is returned before it is lent again at that instant.
 */
function eventsOf(rents: readonly ShopRent[]): Event[] {
  return [...rents]
    .sort((one, other) => Number(one.creationDatetime) - Number(other.creationDatetime))
    .flatMap((rent) => [
      { instant: rent.creationDatetime, rent },
      ...rent.lines.flatMap(({ copy, returnedDatetime: instant }) => (instant ? [{ instant, rent, copy }] : [])),
    ])
    .sort((one, other) => Number(one.instant) - Number(other.instant));
}

/**
 * Sends the check-outs and returns of a shop's rentals to a service that has its movies, copies and clients. They are
 * sent one by one, since the clock has a single time. A check-out that is refused has no returns.
 */
export async function replay(
  rents: Shop['rents'],
  { url, clock, ids, progress }: { url: string; clock: ReplayClock; ids: ShopIds; progress: Progress },
): Promise<ReplayReport> {
  const events = eventsOf(rents);
  const rentalIds = new Map<ShopRent, number>();
  const refused: Record<string, number> = {};
  let [returns, lateReturns, lateDays] = [0, 0, 0];
  let [open, peak, peakAt] = [0, 0, null as Date | null];

  async function checkOut({ instant, rent }: Event): Promise<void> {
    const { status, document } = await send(url, 'POST', '/movie_rents', {
      client_id: ids.client(rent.client),
      details: rent.lines.map(({ copy }) => ({ movie_copy_id: ids.copy(copy) })),
    });
    if (status === 409) {
      const codes = new Set((document as { errors: { code: string }[] }).errors.map(({ code }) => code));
      for (const code of codes) refused[code] = (refused[code] ?? 0) + 1;
      return;
    }
    rentalIds.set(rent, (expectStatus(201, status, document) as RentalDocument).id);
    open += rent.lines.length;
    if (open > peak) [peak, peakAt] = [open, instant];
  }

  async function giveBack({ rent, copy }: Event): Promise<void> {
    const id = rentalIds.get(rent);
    if (id === undefined) return;
    const movieCopyId = ids.copy(copy!);
    const line = { movie_copy_id: movieCopyId };
    const { status, document } = await send(url, 'POST', `/movie_rents/${id}/returns`, { details: [line] });
    const { details } = expectStatus(200, status, document) as RentalDocument;
    const days = details.find((returned) => returned.movie_copy_id === movieCopyId)!.days_overdue;
    open -= 1;
    returns += 1;
    lateReturns += Number(days > 0);
    lateDays += days;
  }

  await progress.step('events', events.length, async (advance) => {
    for (const event of events) {
      clock.set(event.instant);
      await (event.copy === undefined ? checkOut(event) : giveBack(event));
      advance(1);
    }
  });
  const stillOpen = await openRentals(url);
  return {
    check_outs: rentalIds.size,
    refused,
    returns,
    payments: 0,
    open_at_end: stillOpen.flatMap(({ details }) => details.filter((line) => line.returned_datetime === null)).length,
    clients_with_open: new Set(stillOpen.map((rental) => rental.client_id)).size,
    peak_open: peak,
    peak_at: peakAt,
    late_returns: lateReturns,
    late_days: lateDays,
    balances: {},
  };
}

/** Reads all rentals with open lines from the service. */
async function openRentals(url: string): Promise<RentalDocument[]> {
  const rentals: RentalDocument[] = [];
  for (;;) {
    const after = rentals.length > 0 ? `&after=${rentals.at(-1)!.id}` : '';
    const { status, document } = await send(url, 'GET', `/movie_rents?is_closed=false&limit=200${after}`);
    const page = expectStatus(200, status, document) as RentalDocument[];
    if (page.length === 0) return rentals;
    rentals.push(...page);
  }
}

/** With node:http rather than fetch, whose CPU time is a considerable part of so many short requests. */
const agent = new Agent({ keepAlive: true });

export async function send(
  url: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; document: unknown }> {
  const sent = request(url + path, { method, agent, headers: { 'Content-Type': 'application/json' } });
  sent.end(body && JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode!, document: await json(response) };
}

/** Returns the document of a response with the expected status. */
function expectStatus(expected: number, status: number, document: unknown): unknown {
  if (status !== expected) throw new Error(`The service answered ${status}: ${JSON.stringify(document)}`);
  return document;
}
