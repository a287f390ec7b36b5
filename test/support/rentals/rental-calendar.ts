/** Dates of a time zone, by Intl alone: independent of the library that the service uses. */
const dayMs = 24 * 60 * 60_000;
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / dayMs;
export const weekday = (date: string): string =>
  ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][new Date(date).getUTCDay()]!;

const formats = new Map<string, Intl.DateTimeFormat>();
export function dateAt(instant: string | number, zone: string): string {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  formats.set(zone, format);
  return format.format(new Date(instant));
}
const ends = new Map<string, string>();
/** The last instant of a date, found by bisection. */
export function endOf({ on, zone }: { readonly on: string; readonly zone: string }): string {
  const known = ends.get(on + zone);
  if (known) return known;
  let [last, next] = [Date.parse(on) - dayMs, Date.parse(on) + 3 * dayMs];
  while (next - last > 1) {
    const middle = Math.floor((last + next) / 2);
    if (dateAt(middle, zone) <= on) last = middle;
    else next = middle;
  }
  const end = new Date(last).toISOString();
  ends.set(on + zone, end);
  return end;
}
