/**
 * Ends the process with one sentence if package.json doesn't admit this version of Node.js. Imported before everything
 * else, and plain JavaScript, because it runs before anything is installed or built.
 */
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const versionOf = (text) => [0, 1, 2].map((part) => Number(text.split('.')[part] ?? 0));
const running = versionOf(process.versions.node);

/** @param range `^20.19.0` or `>=24` */
function admits(range) {
  const lowest = versionOf(range.replace(/^\D+/, ''));
  const difference = running.map((part, index) => part - lowest[index]).find((part) => part !== 0) ?? 0;
  return difference >= 0 && (range.startsWith('>=') || running[0] === lowest[0]);
}

if (!engines.node.split(' || ').some(admits)) {
  const admitted = engines.node.replaceAll(' ||', ',').replace(/, (?=[^,]*$)/, ' or ');
  console.error(`Node.js ${admitted} is needed, and this is ${process.versions.node}. Install one of them.`);
  process.exit(1);
}
