import { isCalendarDate, timeZoneNamed } from '../../../kernel/calendar.js';
import type { ValueReader } from './dto-reader.js';
import { field, type FieldOptions } from './fields.js';
import { parameter } from './query-parameters.js';
import { valuesReader } from './values.js';

const dateReader: ValueReader = (value, errors) => {
  if (typeof value !== 'string') return errors.add('type', 'must be text');
  return isCalendarDate(value) ? value : errors.add('format', 'must be a date such as 2026-02-28');
};

/** A date of the calendar, without a time. */
export const DateField = (options: FieldOptions): PropertyDecorator =>
  field(options, { type: String, format: 'date' }, dateReader);

/** A date in a query. */
export const DateParameter = (options: { description: string }): PropertyDecorator =>
  parameter({ ...options, type: String, format: 'date' }, dateReader);

/** An instant in a query (RFC 3339), read as UTC. */
export const InstantParameter = (options: { description: string }): PropertyDecorator =>
  parameter({ ...options, type: String, format: 'date-time' }, (value, errors) => {
    if (typeof value !== 'string') return errors.add('type', 'must be text');
    const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i.test(value) && new Date(value);
    if (instant && isCalendarDate(value.slice(0, 10)) && !Number.isNaN(instant.getTime())) return instant.toISOString();
    return errors.add('format', 'must be an instant such as 2026-02-28T09:30:00Z');
  });

/** A list of different dates. */
export function DatesField({ maxItems, ...options }: FieldOptions & { maxItems: number }): PropertyDecorator {
  const schema = { type: 'array', items: { type: 'string', format: 'date' }, minItems: 0, maxItems } as const;
  return field(options, schema, valuesReader(dateReader, 0, maxItems));
}

/** The IANA name of a time zone. */
export function TimeZoneField(options: FieldOptions): PropertyDecorator {
  return field(
    options,
    { type: String, minLength: 1, maxLength: 64, pattern: '^[A-Za-z][A-Za-z0-9_+/-]*$' },
    (value, errors) => {
      if (typeof value !== 'string') return errors.add('type', 'must be text');
      const name = value.length <= 64 ? timeZoneNamed(value) : undefined;
      return name ?? errors.add('format', 'must be the IANA name of a time zone, such as Europe/Berlin');
    },
  );
}

/** The code of a currency (ISO 4217). */
export function CurrencyField(options: FieldOptions): PropertyDecorator {
  const currencies = new Set(Intl.supportedValuesOf('currency'));
  return field(options, { type: String, minLength: 3, maxLength: 3, pattern: '^[A-Z]{3}$' }, (value, errors) => {
    if (typeof value !== 'string') return errors.add('type', 'must be text');
    return currencies.has(value) ? value : errors.add('format', 'must be a currency code of ISO 4217, such as EUR');
  });
}
