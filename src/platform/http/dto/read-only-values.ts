const key = Symbol('read-only values');

/** Stores the value that a request has for a read-only member, on the DTO but not as one of its members. */
export function keepReadOnly(dto: object, name: string, value: unknown): void {
  ((dto as { [key]?: Record<string, unknown> })[key] ??= {})[name] = value;
}

/** Returns the values that a request has for read-only members. */
export function readOnlyValuesOf(dto: object): Readonly<Record<string, unknown>> {
  return (dto as { [key]?: Record<string, unknown> })[key] ?? {};
}
