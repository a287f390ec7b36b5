import { Column, FindOperator, type ValueTransformer } from 'typeorm';
import { collation } from './text-column.js';

export const instant: ValueTransformer = {
  to(value: unknown): unknown {
    if (value instanceof Date) return value.toISOString();
    // LessThan(date), Not(In([date, date])): TypeORM passes the operator itself, and its value as it is to the driver.
    if (value instanceof FindOperator) value.transformValue(instant);
    return value;
  },
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
