import { Column, FindOperator, type ValueTransformer } from 'typeorm';
import { collation } from './text-column.js';

export const instant: ValueTransformer = {
  to(value: unknown): unknown {
    if (value instanceof Date) return value.toISOString();
    // LessThan(date), Not(In([date, date])): TypeORM does not transform the operands of operators.
    if (value instanceof FindOperator) value.transformValue(instant);
    return value;
  },
  from: (text: string | null) => text && new Date(text),
};

/**
 * An instant, stored as fixed-width RFC 3339 text in UTC ("2005-05-24T22:53:30.000Z"): it sorts chronologically, is the
 * same on every database and does not depend on a time zone setting. See docs/decisions/0003.
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
