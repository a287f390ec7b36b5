const key = Symbol('read-only values');

/** Keeps what a request says of a member that only the service sets, on the DTO but not among its members. */
export function keepReadOnly(dto: object, name: string, value: unknown): void {
  ((dto as { [key]?: Record<string, unknown> })[key] ??= {})[name] = value;
}

/** What a request says of the members of `dto` that only the service sets. */
export function readOnlyValuesOf(dto: object): Readonly<Record<string, unknown>> {
  return (dto as { [key]?: Record<string, unknown> })[key] ?? {};
}
