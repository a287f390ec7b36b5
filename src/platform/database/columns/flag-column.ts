import { Column, type ValueTransformer } from 'typeorm';

const flag: ValueTransformer = {
  to: (value: unknown) => (typeof value === 'boolean' ? Number(value) : value),
  from: (value: number | null) => (value === null ? null : value === 1),
};

/** A boolean, stored as 0 or 1 on both databases: SQLite has no booleans. */
export const FlagColumn = (): PropertyDecorator => Column({ type: 'integer', transformer: flag });
