/**
 * How the world outside should take an error:
 * `not-found` there is no such thing, `invalid` the order itself is wrong,
 * `conflict` a rule of the shop or of the data forbids it now, `unavailable` the shop can't serve anybody now.
 */
export type ErrorCategory = 'not-found' | 'invalid' | 'conflict' | 'unavailable';

/** The rules that can refuse a member or a parameter. Clients know them from the document. */
export const ruleCodes = [
  'unknown',
  'address_removed',
  'duplicate_copy',
  'duplicate_line',
  'copy_rented',
  'copy_not_in_service',
  'no_copy_available',
  'duplicate_code',
  'stock_disagrees',
  'copies_missing',
  'read_only',
] as const;
export type RuleCode = (typeof ruleCodes)[number];

/** One thing wrong with an order, and where: `path` leads from the order to the member, in camelCase. */
export interface InputError {
  readonly path: readonly (string | number)[];
  /** The parameter that is wrong, if it is not a member of the order. */
  readonly parameter?: string;
  readonly code: RuleCode;
  readonly detail: string;
}

/** The JSON type of a machine-readable fact an error carries. */
export type ExtensionType = 'integer' | 'integers' | 'string';

/** What every error of one class has in common. It documents the class wherever errors are published. */
export interface ErrorDescription {
  readonly category: ErrorCategory;
  /** The same for every case of the class. */
  readonly title: string;
  /** The members of the error that its readers may compute with. */
  readonly extensions?: Readonly<Record<string, ExtensionType>>;
  /** Whether the error says which members of the order are at fault. */
  readonly listsErrors?: boolean;
  /** A case of it as it could happen any day, for whoever reads of it. */
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
  readonly errors: readonly InputError[] = [];

  get description(): ErrorDescription {
    return (this.constructor as unknown as DomainErrorClass).description;
  }

  override get name(): string {
    return this.constructor.name;
  }
}

export class NotFound extends DomainError {
  static readonly description: ErrorDescription = {
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
    category: 'invalid',
    title: 'Invalid input',
    listsErrors: true,
    example: () => unknownReference(['clientId'], 'Client', 4711),
  };

  constructor(override readonly errors: readonly InputError[]) {
    super(errors.map(({ detail }) => detail).join(' '));
  }
}

/** Nobody can be served now, through no fault of theirs, but may be soon. */
export class ServiceUnavailable extends DomainError {
  static readonly description: ErrorDescription = {
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

/** Refuses a unit of work that waited in vain, or wasn't let wait, for its turn: nothing of it has happened. */
export class UnitNotStarted extends ServiceUnavailable {
  constructor(detail: string) {
    super(undefined, detail);
  }

  /** Published as what it extends. */
  override get name(): string {
    return ServiceUnavailable.name;
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
