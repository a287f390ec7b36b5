import { achieved, type Goal } from './figures.js';

/** Formats a figure with three digits, or with all digits before the decimal point. */
export function worded(figure: number | undefined): string {
  if (figure === undefined) return 'n/a';
  return figure >= 100 ? String(Math.round(figure)) : String(Number(figure.toPrecision(3)));
}

export const boundOf = ({ bound }: Goal): string => ('atLeast' in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`);

export function verdictOn(goal: Goal): string {
  const share = achieved(goal);
  if (share === undefined) return 'not measured';
  return share >= 1 ? 'met' : 'missed';
}
