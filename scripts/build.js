/**
 * Compiles the sources into a folder of its own and puts that in the place of dist: what was built before can be started
 * all the while, and stays where the build fails.
 */
import './check-node.js';
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const [config = 'tsconfig.build.json'] = process.argv.slice(2);
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
