import { Column, type ValueTransformer } from 'typeorm';
import { collation } from './text-column.js';

export const instant: ValueTransformer = {
  // A query's operators, such as IsNull(), pass through here too.
  to: (value: unknown) => (value instanceof Date ? value.toISOString() : value),
  from: (text: string | null) => text && new Date(text),
};

/**
 * An instant, kept as RFC 3339 UTC text of one width ("2005-05-24T22:53:30.000Z"): it sorts as it reads,
 * is the same on every database, and no server's or session's time zone can bend it. See docs/decisions/0003.
 */
export function InstantColumn({ nullable = false } = {}): PropertyDecorator {
  return Column({
    type: 'varchar',
    length: 24,
    nullable,
    collation,
    transformer: instant,
  });
}
