/**
 * Compiles the sources and tests that have changed since they were compiled last, for `npm run test:one`. Each is
 * compiled by itself, so that aliases of types in the metadata of decorators become Object; `npm test` has them right.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const { options, fileNames } = ts.parseJsonConfigFileContent(
  ts.readConfigFile('tsconfig.json', ts.sys.readFile).config,
  ts.sys,
  '.',
);
// A single file doesn't show that package.json makes all of them ES modules.
const compilerOptions = { ...options, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
const context = ts.version + JSON.stringify(compilerOptions);

const outputOf = (path) => join('dist', path.replace(/\.ts$/, '.js'));
const isNewer = (output, path) => existsSync(output) && statSync(output).mtimeMs > statSync(path).mtimeMs;
/** Holds the hash of each source that was compiled. A whole build deletes it, and leaves outputs newer than sources. */
const record = 'dist/compiled.json';
const compiled = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : undefined;
const sources = {};
const bundle = 'dist/src/serve.bundle.js';
let isBundleCurrent = existsSync(bundle);

for (const path of fileNames.filter((name) => !name.endsWith('.d.ts')).map((name) => relative('.', name))) {
  const text = readFileSync(path, 'utf8');
  const output = outputOf(path);
  sources[path] = createHash('sha256').update(context).update(text).digest('hex');
  const isCurrent = compiled ? compiled[path] === sources[path] && existsSync(output) : isNewer(output, path);
  if (isCurrent) continue;
  if (/^(src|scripts)\//.test(path)) isBundleCurrent = false;
  const { outputText, sourceMapText } = ts.transpileModule(text, { compilerOptions, fileName: path });
  const map = { ...JSON.parse(sourceMapText), sources: [relative(dirname(output), path)] };
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, outputText);
  writeFileSync(`${output}.map`, JSON.stringify(map));
}
for (const path of Object.keys(compiled ?? {})) {
  if (!sources[path]) for (const end of ['', '.map']) rmSync(outputOf(path) + end, { force: true });
}
if (!isBundleCurrent) await import(pathToFileURL('dist/scripts/bundle.js').href);
writeFileSync(record, JSON.stringify(sources));
