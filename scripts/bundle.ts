import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';

/** Packages outside the bundle. */
const external = [
  // Decorators in all chunks write their metadata with it, so it must be loaded first.
  'reflect-metadata',
  // They read files from their own folders.
  ...['pino', 'pino-pretty', 'sqlite3', 'swagger-ui-dist'],
  // Optional packages of Nest, which are not installed.
  ...['@nestjs/microservices', '@nestjs/websockets', '@fastify/static'],
];
/** The environment is checked with a few of their modules. */
const validators = /^class-(validator|transformer)$/;

const dist = dirname(import.meta.dirname);
const service = join(dist, 'src/serve.bundle.js');

const prunedValidators: Plugin = {
  name: 'pruned-validators',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: validators }, async ({ path, kind, resolveDir }) => {
      // Their ES modules can be tree-shaken; "exports" and "main" of their package.json lead to CommonJS.
      // @private-api of class-validator and class-transformer: the file esm5/index.js
      const { path: main, errors } = await resolve(`${path}/package.json`, { kind, resolveDir });
      return { path: join(dirname(main), 'esm5/index.js'), errors, sideEffects: false };
    });
    // @nestjs/mapped-types loads these packages at run time to copy decorators. DTOs have decorators of their own.
    // @private-api of @nestjs/mapped-types: createRequire() in its modules
    onResolve({ filter: /^node:module$/ }, ({ path, importer }) =>
      importer.includes('mapped-types') ? { path, namespace: 'none-installed' } : undefined,
    );
    onLoad({ filter: /^/, namespace: 'none-installed' }, () => ({
      contents: `export const createRequire = () => (name) => { throw new Error(name + ' is not in the bundle'); };`,
    }));
  },
};

const options = {
  bundle: true,
  external,
  plugins: [prunedValidators],
  // pg would load fetch to find out whether it runs in Node.js.
  define: { navigator: '{"userAgent":"Node.js"}' },
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  // V8 keeps the source in memory: without white space and comments it takes 6 MB less. Lines stay short, so that a
  // stack trace still names a place, and serve.bundle.js.map leads from there to the source.
  minifyWhitespace: true,
  legalComments: 'none',
  lineLimit: 120,
  logLevel: 'warning',
  // For bundled CommonJS modules, which require packages outside the bundle.
  banner: {
    js: `import 'reflect-metadata';
import { createRequire as requireOf } from 'node:module';
const require = requireOf(import.meta.url), __dirname = import.meta.dirname;`,
  },
} as const satisfies BuildOptions;

// Bundles the service with its dependencies into one file instead of 1,500: resolving them was most of the start time.
await build({ ...options, entryPoints: [join(dist, 'src/serve.js')], outfile: service });

// Likewise the commands, which share most of their code.
const commands = join(dist, 'commands');
const scripts = join(dist, 'scripts');
const programs = (await readdir(scripts)).filter((name) => /\.js$/.test(name) && name !== 'bundle.js');
await rm(commands, { recursive: true, force: true });
await build({
  ...options,
  entryPoints: programs.map((name) => join(scripts, name)),
  outdir: commands,
  splitting: true,
});

const text = await readFile(service, 'utf8');
// With one character beyond Latin-1, V8 would store the whole text in two bytes a character. esbuild does not escape
// those in regular expressions.
const bundle = text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
await writeFile(service, bundle);
