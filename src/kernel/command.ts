import { NotFound } from './domain-error.js';
import type { IdempotentRequest } from './idempotency.js';

/** What a caller may do. `self` is the right of a customer to their own client, rentals and lines. */
export const scopes = [
  'catalog:read',
  'catalog:write',
  'clients:read',
  'clients:write',
  'rentals:read',
  'rentals:write',
  'reports:read',
  'admin',
  'self',
] as const;
export type Scope = (typeof scopes)[number];

/** Who makes a request: an API key, a person with a token, or a program of the shop such as an import. */
export interface Principal {
  /** Names the caller in the record of changes. Contains no personal data and no credential. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The client id of a customer. */
  readonly clientId?: number;
}

/** The caller of a unit of work. The last parameter of every service method. */
export interface Caller {
  /** Aborted when the client disconnects: a unit of work that has not begun by then is not run. */
  readonly signal?: AbortSignal;
  /**
   * Undefined for an anonymous caller. If the service requires authentication, such a caller may only use public
   * operations.
   */
  readonly principal?: Principal;
  /** For a customer: the only client whose data the caller may see and change. */
  readonly customerId?: number;
  /** The id of the request, by which a recorded change is found in the access log. */
  readonly requestId?: string;
}

/**
 * Checks that a customer may see a resource: those of other clients are reported as missing. Called before any other
 * check of the resource.
 * @param what the resource in the detail: "Movie rent"
 * @throws NotFound
 */
export function assertOwn({ customerId }: Caller, clientId: number, what: string): void {
  if (customerId !== undefined && customerId !== clientId) throw new NotFound(what);
}

/**
 * Returns the client id to filter a list by. A customer gets their own id, or 0, which no client has, if another is
 * requested.
 */
export function ownClientId({ customerId }: Caller, clientId?: number): number | undefined {
  if (customerId === undefined) return clientId;
  return clientId === undefined || clientId === customerId ? customerId : 0;
}

/**
 * Optimistic concurrency check (If-Match): throws if the resource has changed since it was read. Called inside the unit
 * of work, after the row is locked.
 */
export type Precondition<Thing> = (current: Thing) => void;

/** The options of a change: conditions and idempotency. */
export interface Command<Thing> extends Caller {
  /** Checked against the resource before the change (If-Match). */
  readonly precondition?: Precondition<Thing>;
  /** Checked against the result before it is committed. */
  readonly postcondition?: Precondition<Thing>;
  /** Whether the request contained the expanded resource, so that the response is expanded too. */
  readonly isExpanded?: boolean;
  /** Makes retries safe (Idempotency-Key): the change is made once, and its response is stored. */
  readonly idempotency?: IdempotentRequest<Thing>;
}
