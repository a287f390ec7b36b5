import type { CalendarDate } from './calendar.js';

/**
 * The category of an error: `not-found` the resource does not exist, `invalid` the request itself is wrong,
 * `conflict` a rule of the shop or of the data forbids the operation now, `unavailable` the service cannot respond now.
 */
export type ErrorCategory = 'not-found' | 'invalid' | 'conflict' | 'unavailable';

/** The codes of errors in members or parameters, published in the OpenAPI document. */
export const ruleCodes = [
  'unknown',
  'address_removed',
  'duplicate_copy',
  'duplicate_line',
  'copy_rented',
  'copy_not_in_service',
  'no_copy_available',
  'stock_too_high',
  'client_blocked',
  'client_has_overdue',
  'limit_reached',
  'line_ended',
  'renewal_limit_reached',
  'due_date_unchanged',
  'same_record',
  'duplicate_code',
  'stock_disagrees',
  'copies_missing',
  'read_only',
] as const;
export type RuleCode = (typeof ruleCodes)[number];

/** An error in a member or a parameter of a request. `path` leads to the member, in camelCase. */
export interface InputError {
  readonly path: readonly (string | number)[];
  /** The wrong parameter, if the error is not in a member. */
  readonly parameter?: string;
  readonly code: RuleCode;
  readonly detail: string;
}

/** What a rule was judged by, for clients to compute with. */
export interface Facts {
  /** Copies that the client may have out, or that a movie may have in stock; renewals that a line may have. */
  readonly limit?: number;
  /** Copies that the client has out, without those of the request. */
  readonly open?: number;
  /** How often a line was renewed. */
  readonly renewals?: number;
  /** The last date of a block; null: no end. */
  readonly until?: CalendarDate | null;
  /** When a copy is due that is out; null: never. */
  readonly dueOn?: CalendarDate | null;
}

/** A rule of the shop that forbids what a request asks for. */
export interface Refusal extends InputError {
  /** Whether a clerk may lift the rule. */
  readonly overridable: boolean;
  readonly facts: Facts;
}

/** The JSON type of an extension member (RFC 9457). */
export type ExtensionType = 'integer' | 'integers' | 'string';

/** The documentation of an error class. */
export interface ErrorDescription {
  /** The last segment of the problem type's URL, part of the public contract: "copy-already-rented". */
  readonly type: string;
  readonly category: ErrorCategory;
  /** The same for every case of the class. */
  readonly title: string;
  /** The members of the error that its readers may compute with. */
  readonly extensions?: Readonly<Record<string, ExtensionType>>;
  /** Whether the error says which members of the order are at fault; `sometimes`: of the orders that name several. */
  readonly listsErrors?: boolean | 'sometimes';
  /** Example instance, for the API documentation. */
  readonly example?: () => DomainError;
}

export interface DomainErrorClass {
  readonly name: string;
  readonly description: ErrorDescription;
}

/**
 * An error the shop knows. A subclass says what it is in a static `description`, this case in its message,
 * and carries its facts as members of the same names.
 */
export abstract class DomainError extends Error {
  readonly errors: readonly (InputError | Refusal)[] = [];

  get description(): ErrorDescription {
    return (this.constructor as unknown as DomainErrorClass).description;
  }

  override get name(): string {
    return this.constructor.name;
  }
}

export class NotFound extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'not-found',
    category: 'not-found',
    title: 'Not found',
    example: () => new NotFound('Movie'),
  };

  /** @param what the thing as a clerk calls it: "Movie" */
  constructor(what: string) {
    super(`${what} not found`);
  }
}

/** An order that is well formed but can't be meant: it names things that don't exist, or one thing twice. */
export class InvalidInput extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'invalid-input',
    category: 'invalid',
    title: 'Invalid input',
    listsErrors: true,
    example: () => unknownReference(['clientId'], 'Client', 4711),
  };

  constructor(override readonly errors: readonly InputError[]) {
    super(errors.map(({ detail }) => detail).join(' '));
  }
}

/** The service cannot process requests now, but may soon. */
export class ServiceUnavailable extends DomainError {
  static readonly description: ErrorDescription = {
    type: 'service-unavailable',
    category: 'unavailable',
    title: 'Service unavailable',
    example: () => new ServiceUnavailable(undefined),
  };

  constructor(
    override readonly cause: unknown,
    detail = "The shop's database can't be reached, is too busy or is out of room. Try again in a moment.",
  ) {
    super(detail);
  }
}

/**
 * Ends a unit of work whose checks were overtaken by another transaction. The checks, repeated, refuse the request or
 * let it pass: see `runWithPrecheck`.
 */
export class LostRace extends ServiceUnavailable {}

/** Ends a unit of work that has locked other rows than it then found. Every unit of work is repeated after it. */
export class StaleLock extends LostRace {
  constructor() {
    super(undefined, 'Other requests changed the same records meanwhile. Try again in a moment.');
  }
}

/** Refuses a unit of work that waited in vain, or wasn't let wait, for its turn: nothing of it has happened. */
export class UnitNotStarted extends ServiceUnavailable {
  constructor(detail: string) {
    super(undefined, detail);
  }
}

/** Refuses a query because its `parameter` names a row that doesn't exist. */
export function unknownParameter(parameter: string, id: number): InvalidInput {
  const detail = `There is no row with the id ${id} in this list.`;
  return new InvalidInput([{ path: [], parameter, code: 'unknown', detail }]);
}

/** Refuses an order because `path` names something that doesn't exist. */
export function unknownReference(path: InputError['path'], what: string, id: number): InvalidInput {
  return new InvalidInput([{ path, code: 'unknown', detail: `${what} ${id} not found.` }]);
}
