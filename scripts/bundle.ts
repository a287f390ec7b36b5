import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/** Packages that stay outside, and are loaded as they are. */
const external = [
  // Each keeps a register, of which there may be one: Nest's packages load them by name as well.
  ...['class-transformer', 'class-validator', 'reflect-metadata', 'typeorm'],
  // They look for files beside their own.
  ...['pg', 'pino', 'pino-pretty', 'sqlite3', 'swagger-ui-dist'],
  // Nest does without where they aren't installed.
  ...['@nestjs/microservices', '@nestjs/websockets', '@fastify/static'],
];

const entry = 'dist/src/serve.js';
const service = 'dist/src/serve.bundle.js';

// Puts the service and what it depends on into one file in place of 1,500, most of whose start is looking for the next.
await build({
  entryPoints: [entry],
  outfile: service,
  bundle: true,
  external,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  keepNames: true,
  sourcemap: true,
  // V8 keeps the source in memory: without white space and comments it takes 6 MB less. Lines stay short, so that a
  // stack trace still names a place, and serve.bundle.js.map leads from there to the source.
  minifyWhitespace: true,
  legalComments: 'none',
  lineLimit: 120,
  logLevel: 'warning',
  // For the CommonJS among them, which require what is outside.
  banner: {
    js: `import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);`,
  },
});

/**
 * esbuild has every function set its name, those too that have it yet, and Express makes some for each request.
 * V8 takes the setting of a name for a change of the object's shape, and asking for it costs next to nothing.
 */
const naming = '__defProp(target,"name",{value,configurable:true})';
const text = await readFile(service, 'utf8');
if (!text.includes(naming))
  throw new Error(`esbuild names functions otherwise than by ${naming}. See what it does now.`);
const bundle = text.replace(naming, `target.name===value?target:${naming}`);
// One character beyond Latin-1 would have V8 keep all of it in two bytes a character.
if (Buffer.byteLength(bundle) !== bundle.length)
  throw new Error(`${service} is not ASCII, which doubles the memory that its source takes.`);
await writeFile(service, bundle);
