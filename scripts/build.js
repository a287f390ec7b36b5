/**
 * Compiles the sources into a new folder, which then replaces dist: the previous build can be started meanwhile, and
 * stays if the build fails. Plain JavaScript, since nothing is built when it runs.
 */
import './check-node.js';
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = 'Usage: npm run build -- [tsconfig.json]';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const config = configOf(process.argv.slice(2));
const compiler = 'node_modules/typescript/bin/tsc';
const built = `dist-${process.pid}`;
const former = `${built}-former`;
const run = (...command) => spawnSync(process.execPath, command, { stdio: 'inherit' }).status === 0;

if (!existsSync(compiler)) {
  console.error('The packages are not installed. Install them first:\n  npm ci');
  process.exit(1);
}
if (run(compiler, '--project', config, '--outDir', built) && run(`${built}/scripts/bundle.js`)) {
  if (existsSync('dist')) renameSync('dist', former);
  renameSync(built, 'dist');
} else {
  process.exitCode = 1;
}
for (const folder of [built, former]) rmSync(folder, { recursive: true, force: true });

/** Returns the configuration file in the arguments. Exits if they request help or are wrong. */
function configOf(args) {
  try {
    const { values, positionals } = parseArgs({ args, options: { help: { type: 'boolean' } }, allowPositionals: true });
    if (positionals.length > 1) throw new Error(`Expected 1 argument, got ${positionals.length}.`);
    if (!values.help) return positionals[0] ?? 'tsconfig.build.json';
    console.log(`Compiles the sources and bundles the service and its commands.\n\n${usage}`);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(1);
  }
}
