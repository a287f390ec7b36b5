const key = Symbol('read-only values');

/** Keeps the value that a request gives for a member that only the service sets, on the DTO but not among its members. */
export function keepReadOnly(dto: object, name: string, value: unknown): void {
  ((dto as { [key]?: Record<string, unknown> })[key] ??= {})[name] = value;
}

/** The values that a request gives for the members of `dto` that only the service sets. */
export function readOnlyValuesOf(dto: object): Readonly<Record<string, unknown>> {
  return (dto as { [key]?: Record<string, unknown> })[key] ?? {};
}
