import type { ValueTransformer } from 'typeorm';

/** PostgreSQL's driver returns a bigint as text. */
export const integer: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: number | string | null) => (value === null ? null : Number(value)),
};
