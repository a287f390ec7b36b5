import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../support/project.js';
import { useShop } from '../support/shop.js';

const programs = join(root, 'test/consumers');
const document = join(root, 'docs/openapi.json');
const heyApiPlugins = ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk', 'zod'];
const run = promisify(execFile);

/** Programs with one mistake, which the types of the client must reject: the correct code, and the mistake. */
const mistakes = {
  'misspells-a-member.ts': ['genre_id: genre.id', 'genre: genre.id'],
  'sorts-by-an-unknown-member.ts': [`sort: 'title'`, `sort: 'titel'`],
  'reads-extensions-of-another-problem.ts': ['again.error.movie_copy_ids', 'again.error.movie_ids'],
} as const;

describe('a program that uses a generated client', () => {
  const shop = useShop();
  let folder: string;
  /** The files with compiler errors. */
  let filesWithErrors: Set<string>;

  /** Runs a tool as a consumer would, without the configuration of this project. */
  const tool = (name: string, ...args: string[]) =>
    run(process.execPath, [join(root, 'node_modules', name), ...args], { cwd: folder });
  const resultOf = async (program: string): Promise<unknown> => {
    const { stdout } = await run(process.execPath, [join(folder, 'out', program), shop.url]);
    return JSON.parse(stdout);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'movie-rental-consumers-'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    const compilerOptions = { strict: true, target: 'es2023', module: 'nodenext', outDir: 'out', skipLibCheck: true };
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, types: ['node'] } }),
    );
    await Promise.all([
      tool('openapi-typescript/bin/cli.js', document, '-o', 'types.ts'),
      tool('@hey-api/openapi-ts/dist/run.mjs', '-i', document, '-o', 'client', '-p', ...heyApiPlugins),
    ]);
    for (const program of ['desk.ts', 'types-alone.ts', 'without-headers.ts']) {
      await copyFile(join(programs, program), join(folder, program));
    }
    const right = await readFile(join(programs, 'desk.ts'), 'utf8');
    for (const [program, [correct, mistake]] of Object.entries(mistakes)) {
      expect(right).toContain(correct);
      await writeFile(join(folder, program), right.replace(correct, mistake));
    }
    const { stdout = '' } = await tool('typescript/bin/tsc', '-p', '.').catch((error: { stdout: string }) => error);
    filesWithErrors = new Set(stdout.match(/^[^\s(]+(?=\(\d+,\d+\): error)/gm));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('compiles if it is correct, and not with a mistake', () => {
    expect([...filesWithErrors].sort()).toEqual(Object.keys(mistakes).sort());
  });

  it('rents, handles problems by type, returns and follows pages', async () => {
    expect(await resultOf('desk.js')).toEqual({
      lines: 2,
      refused: [expect.any(Number)],
      is_closed: true,
      found: [
        'Alice in the Cities (Road movies)',
        'Kings of the Road (Road movies)',
        'Paris, Texas (Road movies)',
        'The Straight Story (Road movies)',
        'Wild Strawberries (Road movies)',
      ],
    });
  });

  it('follows pages, reads errors of problems and patches without headers, and validates requests and responses by zod', async () => {
    const { id: genre_id } = await shop.clerk.genre();
    for (const title of ['Ran', 'Ikiru', 'Ran']) await shop.clerk.movie(1, { title, genre_id });
    const { titles, ...rest } = (await resultOf('without-headers.js')) as { titles: string[] };
    expect(titles.filter((title) => /Ran|Ikiru/.test(title))).toEqual(['Ran', 'Ran', 'Ikiru']);
    expect(rest).toEqual({ codes: ['copy_rented'], year: 1985, taken: true, refused: true });
  });

  it('needs only the types', async () => {
    const { id: movieId } = await shop.clerk.movie(1, { title: 'Paris qui dort' });
    await shop.clerk.client();
    expect(await resultOf('types-alone.js')).toEqual({ statuses: [201, 409], soldOut: [movieId] });
  });
});
