/** Runs a built program, without building it. All arguments but the first are those of the program. */
import './check-node.js';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

if (!/^[^-]/.test(process.argv[2] ?? '')) {
  console.error(
    'Usage: node scripts/run.js <program> [argument...]\nA program is a built file without .js, such as src/main or commands/verify.',
  );
  process.exit(process.argv[2] === '--help' ? 0 : 1);
}
const program = fileURLToPath(new URL(`../dist/${process.argv[2]}.js`, import.meta.url));
if (!existsSync(program)) {
  console.error('The project is not built. Build it first:\n  npm ci && npm run build');
  process.exit(1);
}
process.argv.splice(1, 2, program);
await import(program);
