/**
 * Compiles the sources and tests that have changed since they were compiled last, for `npm run test:one`. Each is
 * compiled by itself, so that aliases of types in the metadata of decorators become Object; `npm test` has them right.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const settings = readFileSync('tsconfig.json', 'utf8');
const context = settings + JSON.parse(readFileSync('node_modules/typescript/package.json', 'utf8')).version;

const outputOf = (path) => join('dist', path.replace(/\.ts$/, '.js'));
const isNewer = (output, path) => existsSync(output) && statSync(output).mtimeMs > statSync(path).mtimeMs;
/** Holds the hash of each source that was compiled. A whole build deletes it, and leaves outputs newer than sources. */
const record = 'dist/compiled.json';
const compiled = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : undefined;
const sources = {};
const changed = [];

for (const path of sourcePaths(JSON.parse(settings))) {
  const output = outputOf(path);
  sources[path] = createHash('sha256').update(context).update(readFileSync(path)).digest('hex');
  const isCurrent = compiled ? compiled[path] === sources[path] && existsSync(output) : isNewer(output, path);
  if (!isCurrent) changed.push(path);
}
if (changed.length > 0) await compile(changed);
for (const path of Object.keys(compiled ?? {})) {
  if (!sources[path]) for (const end of ['', '.map']) rmSync(outputOf(path) + end, { force: true });
}
if (!existsSync('dist/src/serve.bundle.js') || changed.some((path) => /^(src|scripts)\//.test(path))) {
  await import(pathToFileURL('dist/scripts/bundle.js').href);
}
writeFileSync(record, JSON.stringify(sources));

function sourcePaths({ include, exclude }) {
  return include
    .flatMap((path) =>
      path.endsWith('.ts') ? path : readdirSync(path, { recursive: true }).map((inside) => join(path, inside)),
    )
    .filter((path) => /(?<!\.d)\.ts$/.test(path) && !exclude.some((folder) => path.startsWith(join(folder, '/'))));
}

/** Loads the compiler, which takes longer than to find that nothing has changed. */
async function compile(paths) {
  const { default: ts } = await import('typescript');
  const { options } = ts.parseJsonConfigFileContent(JSON.parse(settings), ts.sys, '.');
  // A single file doesn't show that package.json makes all of them ES modules.
  const compilerOptions = {
    ...options,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  for (const path of paths) {
    const output = outputOf(path);
    const text = readFileSync(path, 'utf8');
    const { outputText, sourceMapText } = ts.transpileModule(text, { compilerOptions, fileName: path });
    const map = { ...JSON.parse(sourceMapText), sources: [relative(dirname(output), path)] };
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, outputText);
    writeFileSync(`${output}.map`, JSON.stringify(map));
  }
}
