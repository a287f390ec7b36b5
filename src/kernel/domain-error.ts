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
  'empty_basket',
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

/** The facts of a refusal, for clients to compute with. */
export interface Facts {
  /** Copies that the client may have out, or that a movie may have in stock; renewals that a line may have. */
  readonly limit?: number;
  /** Copies that the client has out, without those of the request. */
  readonly open?: number;
  /** The number of renewals of a line. */
  readonly renewals?: number;
  /** The last date of a block; null: no end. */
  readonly until?: CalendarDate | null;
  /** The due date of a copy that is out; null: none. */
  readonly dueOn?: CalendarDate | null;
}

/** A rule of the shop that refuses a request. */
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
  /** Whether the error lists the wrong members of the request; `sometimes`: for requests that name several. */
  readonly listsErrors?: boolean | 'sometimes';
  /** Example instance, for the API documentation. */
  readonly example?: () => DomainError;
}

export interface DomainErrorClass {
  readonly name: string;
  readonly description: ErrorDescription;
}

/**
 * An error of the domain. A subclass has a static `description` of its problem type, a message for the case,
 * and its facts as members of the same names.
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

  /** @param what the name of the resource: "Movie" */
  constructor(what: string) {
    super(`${what} not found`);
  }
}

/** A well-formed request that refers to something that doesn't exist, or to one thing twice. */
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
    detail = 'The database is unreachable, overloaded or out of disk space. Try again in a moment.',
  ) {
    super(detail);
  }
}

/**
 * Ends a unit of work whose checks were outdated by another transaction. They are repeated, and refuse or accept the
 * request: see `runWithPrecheck`.
 */
export class LostRace extends ServiceUnavailable {}

/** Ends a unit of work whose locked rows are not those that it found afterwards. The unit of work is then repeated. */
export class StaleLock extends LostRace {
  constructor() {
    super(undefined, 'Other requests changed the same records meanwhile. Try again in a moment.');
  }
}

/** Rejects a unit of work whose turn did not come in time, or whose queue was full. It had no effect. */
export class UnitNotStarted extends ServiceUnavailable {
  constructor(detail: string) {
    super(undefined, detail);
  }
}

/** Returns the error for a query whose `parameter` refers to a row that doesn't exist. */
export function unknownParameter(parameter: string, id: number): InvalidInput {
  const detail = `There is no row with the id ${id} in this list.`;
  return new InvalidInput([{ path: [], parameter, code: 'unknown', detail }]);
}

/** Returns the error for a request whose `path` refers to something that doesn't exist. */
export function unknownReference(path: InputError['path'], what: string, id: number): InvalidInput {
  return new InvalidInput([{ path, code: 'unknown', detail: `${what} ${id} not found.` }]);
}
