import type { Type } from '@nestjs/common';
import { InputErrors } from '../problems/input-errors.js';
import { keepReadOnly } from './read-only-values.js';

/**
 * Parses the value of one member or parameter. Checks type, raw size and content in this order, reports the first error
 * and then returns undefined.
 */
export type ValueReader = (value: unknown, errors: InputErrors) => unknown;

/** `assigned` by the service on creation; `expanded` from another resource, on request. */
export type Origin = 'assigned' | 'expanded';

/** How one member of a DTO is read from a request. */
export interface Field {
  readonly read: ValueReader;
  /** Whether the member may be left out. */
  readonly optional?: boolean;
  /** Whether null is accepted. For an optional member it means the same as absence. */
  readonly nullable?: boolean;
  /** Whether null and absence differ, as in a merge patch (RFC 7396). */
  readonly keepsNull?: boolean;
  /** The member may be absent only if this one is present. */
  readonly optionalBeside?: string;
  /** Whether only the service sets the member. Values in requests are kept separately: see read-only.ts. */
  readonly readOnly?: boolean;
  /** Source of a member's value in responses, if no request sets it. */
  readonly origin?: Origin;
  /** Members of which exactly one must be present; checked at this field. */
  readonly exactlyOneOf?: readonly string[];
}

/**
 * Stored on the prototype of a DTO class, so that subclasses inherit fields. A plain property, since hot paths read it.
 */
const fieldsKey = Symbol('fields');

/** Returns the fields of a DTO class, including inherited ones, in order of declaration. */
export function fieldsOf(prototype: object): ReadonlyMap<string, Field> {
  return (prototype as { [fieldsKey]?: ReadonlyMap<string, Field> })[fieldsKey] ?? new Map<string, Field>();
}

/** Adds to the definition of a field; several decorators may contribute to it. */
export function defineField(prototype: object, name: string, changes: Partial<Field>): void {
  const fields = new Map(fieldsOf(prototype));
  fields.set(name, { read: (value) => value, ...fields.get(name), ...changes });
  Object.defineProperty(prototype, fieldsKey, { value: fields, configurable: true });
}

/**
 * Parses and validates a JSON object or query parameters into a new instance of `type`. Members are read in the order
 * of the fields, so that equivalent requests produce equal DTOs. Unknown members are errors.
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
    if (errors.source === 'query') errors.add('unknown_parameter', 'is not a known parameter');
    else errors.add('unknown_member', 'is not a known member');
    errors.leave();
  }
}

/** @throws HttpProblem 422 */
export function readQuery<Dto extends object>(type: Type<Dto>, query: object): Dto {
  return InputErrors.collect('query', (errors) => readDto(type, query, errors)!);
}
