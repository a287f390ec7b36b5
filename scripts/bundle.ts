import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

/** Packages that stay outside, and are loaded as they are. */
const external = [
  // Each keeps a register, of which there may be one: Nest's packages load them by name as well.
  ...['class-transformer', 'class-validator', 'reflect-metadata', 'typeorm'],
  // They look for files beside their own.
  ...['pg', 'pino', 'pino-pretty', 'sqlite3', 'swagger-ui-dist'],
  // Nest does without where they aren't installed.
  ...['@nestjs/microservices', '@nestjs/websockets', '@fastify/static'],
];

const dist = dirname(import.meta.dirname);
const service = join(dist, 'src/serve.bundle.js');

const options = {
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
} as const satisfies BuildOptions;

// Puts the service and what it depends on into one file in place of 1,500, most of whose start is looking for the next.
await build({ ...options, entryPoints: [join(dist, 'src/serve.js')], outfile: service });

// Likewise the commands, which share most of their code.
const commands = join(dist, 'commands');
const scripts = join(dist, 'scripts');
const programs = (await readdir(scripts)).filter((name) => /\.js$/.test(name) && !/^(bench|bundle)\./.test(name));
await rm(commands, { recursive: true, force: true });
await build({
  ...options,
  entryPoints: programs.map((name) => join(scripts, name)),
  outdir: commands,
  splitting: true,
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
