import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { root } from '../support/project.js';

const { boundariesConfig } = (await import(pathToFileURL(join(root, 'eslint.boundaries.js')).href)) as {
  boundariesConfig: Linter.Config;
};
const parsing = { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser as Linter.Parser } };
const eslint = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: [parsing, boundariesConfig] });

async function violations(path: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: path });
  return result!.messages.map(({ message }) => message);
}

const imports = (target: string): string => `import '${target}';`;
const entityOfMovies = '../movies/movie.entity.js';

/** Imports that violate a rule of eslint.boundaries.js, which `npm run check` and editors apply. */
const planted: readonly [importer: string, path: string, text: string][] = [
  ['a kernel that imports the platform', 'src/kernel/a.ts', imports('../platform/http/server/cors.js')],
  ['a kernel that imports the app', 'src/kernel/a.ts', imports('../app.setup.js')],
  ['http that imports a feature', 'src/platform/http/a.ts', imports(`../../movies/movie.entity.js`)],
  ['http that imports the database', 'src/platform/http/a.ts', imports('../database/unit-of-work.js')],
  ['a database that imports http', 'src/platform/database/a.ts', imports('../http/server/cors.js')],
  ['a database that imports a feature', 'src/platform/database/a.ts', imports('../../movies/movie.entity.js')],
  ['a configuration that imports http', 'src/platform/config/a.ts', imports('../http/server/cors.js')],
  ['a configuration that imports logging', 'src/platform/config/a.ts', imports('../logging/pino-logger.js')],
  ['logging that imports http', 'src/platform/logging/a.ts', imports('../http/server/cors.js')],
  ['a process that imports the configuration', 'src/platform/process/a.ts', imports('../config/rules.js')],
  ['monitoring that imports a feature', 'src/platform/monitoring/a.ts', imports('../../movies/movie.entity.js')],
  ['verification that imports http', 'src/platform/verification/a.ts', imports('../http/server/cors.js')],
  ['verification that imports a feature', 'src/platform/verification/a.ts', imports('../../movies/movie.entity.js')],
  ['a migration that imports an entity', 'src/migrations/a.ts', imports(entityOfMovies)],
  ['a folder that is not in the configuration', 'src/genres/a.ts', imports('../../test/support/shop.js')],
  ['loans that import movies', 'src/loans/a.ts', imports(entityOfMovies)],
  ['genres that import movies', 'src/genres/a.ts', imports(entityOfMovies)],
  ['genres that import a type of movies', 'src/genres/a.ts', `import type { Movie } from '${entityOfMovies}';`],
  ['genres that export movies', 'src/genres/a.ts', `export * from '${entityOfMovies}';`],
  ['genres that import movies dynamically', 'src/genres/a.ts', `const movies = await import('${entityOfMovies}');`],
  ['movies that import clients', 'src/movies/a.ts', imports('../clients/client.entity.js')],
  ['movies that import rentals', 'src/movies/a.ts', imports('../rentals/movie-rent.entity.js')],
  ['clients that import movies', 'src/clients/a.ts', imports(entityOfMovies)],
  ['rentals that import genres', 'src/rentals/a.ts', imports('../genres/genre.entity.js')],
  ['imports that import movies', 'src/imports/a.ts', imports(entityOfMovies)],
  ['a feature that imports a server', 'src/genres/a.ts', imports('../platform/http/server/cors.js')],
  ['a feature that imports the engine', 'src/genres/a.ts', imports('../platform/database/engine/pool.js')],
  ['a feature that imports the configuration', 'src/genres/a.ts', imports('../platform/config/environment.js')],
  ['a feature that imports ormconfig.ts', 'src/movies/a.ts', imports('../../ormconfig.js')],
  ['a main.ts that imports ormconfig.ts', 'src/main.ts', imports('../ormconfig.js')],
  ['a main.ts that imports a script', 'src/main.ts', imports('../scripts/seed.js')],
  ['a script that imports a benchmark', 'scripts/a.ts', imports('../bench/rounds.js')],
  ['a script that imports a test', 'scripts/a.ts', imports('../test/support/shop.js')],
  ['a controller that imports an entity', 'src/genres/a.controller.ts', imports('./genre.entity.js')],
  ['a controller that imports a repository', 'src/genres/a.controller.ts', imports('./genre.repository.js')],
  ['a controller that imports TypeORM', 'src/genres/a.controller.ts', imports('typeorm')],
  ['a controller that imports a driver', 'src/genres/a.controller.ts', imports('sqlite3')],
  [
    'a controller that imports the database',
    'src/genres/a.controller.ts',
    imports('../platform/database/unit-of-work.js'),
  ],
  [
    "a controller that imports another feature's DTO",
    'src/movies/a.controller.ts',
    imports('../genres/dto/genre.dto.js'),
  ],
  [
    "a controller that imports another feature's service",
    'src/movies/a.controller.ts',
    imports('../genres/genres.service.js'),
  ],
  ['a service that imports a DTO', 'src/genres/a.service.ts', "import type { G } from './dto/genre.dto.js';"],
  ['a service that imports http', 'src/genres/a.service.ts', imports('../platform/http/paging/page-query.js')],
  ['a service that imports a service', 'src/movies/a.service.ts', imports('./movie-copies.service.js')],
  ['a service that imports Swagger', 'src/genres/a.service.ts', imports('@nestjs/swagger')],
  ['a service that imports Express', 'src/genres/a.service.ts', "import type { Request } from 'express';"],
  ['a repository that imports a DTO', 'src/genres/a.repository.ts', imports('./dto/genre.dto.js')],
  ['a repository that imports a repository', 'src/movies/a.repository.ts', imports('./movie-copy.repository.js')],
  [
    "a repository that imports another feature's errors",
    'src/movies/a.repository.ts',
    imports('../genres/genres.errors.js'),
  ],
  [
    'a repository that imports the unit of work',
    'src/genres/a.repository.ts',
    imports('../platform/database/unit-of-work.js'),
  ],
  ['a repository that imports Nest', 'src/genres/a.repository.ts', imports('@nestjs/common')],
];

describe('import boundaries', () => {
  it.each(planted)('refuse %s', async (_, path, text) => {
    expect(await violations(path, text)).toEqual([expect.stringMatching(/not allowed|no policy allowing/)]);
  });

  it.each([
    ['src/genres/a.repository.ts', ['typeorm', 'node:fs', './genre.entity.js', './genres.errors.js']],
    ['src/movies/a.controller.ts', ['../genres/genres.errors.js', './dto/movie.dto.js', './movies.service.js']],
    ['src/movies/a.controller.ts', ['../platform/http/dto/fields.js', '../kernel/page.js', '@nestjs/common']],
    ['src/movies/a.service.ts', ['./movie.repository.js', '../platform/database/unit-of-work.js', './stock.js']],
    ['src/movies/a.repository.ts', ['../loans/loan.view.js', '../platform/database/queries/row-lock.js']],
    ['src/rentals/a.ts', ['../movies/movie.entity.js', '../clients/client.entity.js']],
    ['src/app.module.ts', ['../ormconfig.js', './movies/movies.module.js']],
    ['bench/a.ts', ['../scripts/support/progress.js', '../src/kernel/clock.js']],
  ])('let %s import %s', async (path, targets) => {
    expect(await violations(path, targets.map(imports).join('\n'))).toEqual([]);
  });
});
