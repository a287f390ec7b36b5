/** Runs a program as it was built: `node scripts/run.js <program, such as src/main> [arguments]`. It builds nothing. */
import './check-node.js';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL(`../dist/${process.argv[2]}.js`, import.meta.url));
if (!existsSync(program)) {
  console.error('Nothing is built. Build it first:\n  npm ci && npm run build');
  process.exit(1);
}
process.argv.splice(1, 2, program);
await import(program);
