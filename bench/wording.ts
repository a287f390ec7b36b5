import { achieved, type Goal } from './figures.js';

/** Three digits, or all there are before the point. */
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
