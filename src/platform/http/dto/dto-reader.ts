import type { Type } from '@nestjs/common';
import { InputErrors } from '../problems/input-errors.js';
import { keepReadOnly } from './read-only-values.js';

/**
 * Reads the value of one member or parameter: checks it in the order type, raw size, content, and returns it as the DTO
 * holds it. Reports the first error that applies and returns undefined.
 */
export type ValueReader = (value: unknown, errors: InputErrors) => unknown;

/** `assigned` by the service when it creates the thing; `expanded` from another document, on request. */
export type Origin = 'assigned' | 'expanded';

/** How one member of a DTO is read from a request. */
export interface Field {
  readonly read: ValueReader;
  /** Whether the member may be left out. */
  readonly optional?: boolean;
  /** Whether null is accepted. In place of a value that may be left out it means the same as leaving it out. */
  readonly nullable?: boolean;
  /** Whether null is kept apart from absence, as in a merge patch (RFC 7396). */
  readonly keepsNull?: boolean;
  /** Only with this member may it be left out. */
  readonly optionalBeside?: string;
  /** Whether only the service sets the member. What a request says of it is kept apart: see read-only.ts. */
  readonly readOnly?: boolean;
  /** Where the value of a member of an answer comes from, unless a request sets it. */
  readonly origin?: Origin;
  /** Names of members of which exactly one must be present; checked where this field is. */
  readonly exactlyOneOf?: readonly string[];
}

/** On the prototype of a DTO class, so that a subclass has its parent's fields. A plain property: it is read on hot paths. */
const fieldsKey = Symbol('fields');

/** The fields of a DTO class, its parents' included, in the order of their declaration. */
export function fieldsOf(prototype: object): ReadonlyMap<string, Field> {
  return (prototype as { [fieldsKey]?: ReadonlyMap<string, Field> })[fieldsKey] ?? new Map<string, Field>();
}

/** Sets some of what is known of a field; several decorators may speak of the same one. */
export function defineField(prototype: object, name: string, changes: Partial<Field>): void {
  const fields = new Map(fieldsOf(prototype));
  fields.set(name, { read: (value) => value, ...fields.get(name), ...changes });
  Object.defineProperty(prototype, fieldsKey, { value: fields, configurable: true });
}

/**
 * Reads a JSON object, or the parameters of a query, into a new instance of `type`. Members are read in the order of
 * the fields, so that two requests that mean the same make equal DTOs. Members that `type` doesn't have are errors.
 */
export function readDto<Dto extends object>(type: Type<Dto>, value: unknown, errors: InputErrors): Dto | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return errors.add('type', 'must be a JSON object');
  }
  const dto = new type();
  const fields = fieldsOf(type.prototype as object);
  const given = value as Record<string, unknown>;
  let known = 0;
  for (const [name, field] of fields) {
    const isPresent = Object.hasOwn(given, name);
    if (isPresent) known++;
    if (field.readOnly) {
      if (isPresent) keepReadOnly(dto, name, given[name]);
      continue;
    }
    errors.enter(name);
    const read = readField(field, isPresent ? given[name] : undefined, given, errors);
    if (read !== undefined) (dto as Record<string, unknown>)[name] = read;
    errors.leave();
  }
  const names = Object.keys(given);
  if (names.length > known) refuseUnknown(names, fields, errors);
  return dto;
}

function readField(field: Field, value: unknown, given: Record<string, unknown>, errors: InputErrors): unknown {
  if (field.exactlyOneOf && field.exactlyOneOf.filter((name) => given[name] != null).length !== 1) {
    return errors.add('exactly_one', `is wrong: exactly one of ${field.exactlyOneOf.join(', ')} is expected`);
  }
  if (field.optionalBeside && value == null && given[field.optionalBeside] == null)
    return errors.add('required', 'is required');
  if (value === undefined) return field.optional ? undefined : errors.add('required', 'is required');
  if (value === null && field.nullable) return field.optional && !field.keepsNull ? undefined : null;
  return field.read(value, errors);
}

function refuseUnknown(names: readonly string[], fields: ReadonlyMap<string, Field>, errors: InputErrors): void {
  for (const name of names) {
    if (fields.has(name)) continue;
    errors.enter(name);
    if (errors.source === 'query') errors.add('unknown_parameter', 'is not a parameter here');
    else errors.add('unknown_member', 'is not a member here');
    errors.leave();
  }
}

/** @throws HttpProblem 422 */
export function readQuery<Dto extends object>(type: Type<Dto>, query: object): Dto {
  return InputErrors.collect('query', (errors) => readDto(type, query, errors)!);
}
