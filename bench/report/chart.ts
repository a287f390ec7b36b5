import { achieved, type Findings, type Goal } from './figures.js';
import { boundOf, worded } from './wording.js';

/** Lengths in pixels. */
const lineHeight = 24;
const labelWidth = 430;
/** Length of the bar of a figure that is exactly its goal. */
const goalWidth = 180;
const width = labelWidth + 3 * goalWidth + 170;

/** The results of the goals, as bars to a line that all of them should reach. */
export function chartOf(results: Readonly<Record<string, Findings>>): string {
  const goals = Object.entries(results).flatMap(([section, { goals }]) => goals.map((goal) => ({ section, goal })));
  const height = (goals.length + 3) * lineHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">
  <rect width="100%" height="100%" fill="#fff"/>
  <text x="12" y="${lineHeight}" font-size="15">How near each goal is: a bar that reaches the line has reached its goal</text>
${goals.map(({ section, goal }, position) => bar(section, goal, (position + 1.6) * lineHeight)).join('\n')}
  <line x1="${labelWidth + goalWidth}" x2="${labelWidth + goalWidth}" y1="${1.5 * lineHeight}" y2="${height - lineHeight}" stroke="#333" stroke-dasharray="4 3"/>
</svg>
`;
}

/** Bars far beyond their goal are truncated; the figure beside them is exact. */
function bar(section: string, goal: Goal, top: number): string {
  const share = achieved(goal) ?? 0;
  const length = Math.round(Math.min(share, 3) * goalWidth);
  const text = `${worded(goal.figure)} ${goal.unit} (${boundOf(goal)})`;
  return `  <text x="12" y="${top + 15}">${escaped(`${section}: ${goal.work}`)}</text>
  <rect x="${labelWidth}" y="${top + 3}" width="${length}" height="${lineHeight - 8}" fill="${share >= 1 ? '#3a7d44' : '#c05621'}"/>
  <text x="${labelWidth + Math.max(length, goalWidth) + 8}" y="${top + 15}">${escaped(text)}</text>`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
