import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { allLaws, laws, type SourceFile, violations } from './laws.js';
import { read as textOf, root } from '../support/project.js';

function readTree(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => read(`${folder}/${path.split(sep).join('/')}`));
}

function read(path: string): SourceFile {
  return { path, text: textOf(path) };
}

const kernelLaw = 'kernel imports only kernel';
const httpLaw = 'platform/http imports only platform/http, kernel';
const configLaw = 'platform/config imports only platform/config, kernel';
const loggingLaw = 'platform/logging imports only platform/logging, kernel, platform/config';
const processLaw = 'platform/process imports only platform/process, kernel';
const databaseLaw = 'platform/database imports only platform/database, kernel';
const monitoringLaw =
  'platform/monitoring imports only platform/monitoring, kernel, platform/config, platform/http, platform/database';
const verificationLaw = 'platform/verification imports only platform/verification, kernel, platform/database';
const migrationsLaw = 'migrations imports only migrations, kernel, platform/database';
const loansLaw = 'loans imports only loans, kernel, platform/database';
const platform = 'kernel, platform/http, platform/database, platform/monitoring, platform/verification';
const genresLaw = `genres imports only genres, ${platform}`;
const moviesLaw = `movies imports only movies, ${platform}, loans, genres`;
const clientsLaw = `clients imports only clients, ${platform}, loans`;
const rentalsLaw = `rentals imports only rentals, ${platform}, loans, movies, clients`;
const importsLaw = `imports imports only imports, ${platform}`;
const interfaceLaw = "a feature imports only the platform's interface";
const ormconfigLaw = 'only app.module.ts imports ormconfig.ts';
const outwardLaw = 'nothing of ours imports tests, src imports no scripts, and only bench imports bench';
const controllerLaw = 'a controller imports only its dto, services, errors, http and kernel';
const serviceLaw = 'a service imports no dto, no HTTP and no other service';
const repositoryLaw =
  'a repository imports only entities, its errors, typeorm, kernel and what helps with the database';
const extendsLaw = "a repository extends TypeORM's Repository";
const queryRunnerLaw = 'only the unit of work makes query runners';
const transactionLaw = 'only the unit of work makes transactions';
const noRepositoryLaw = 'no repository exists outside a unit of work';
const dataSourceLaw = 'data sources are made in src/platform/database and ormconfig.ts';
const contractLaw = 'tests ask by the api of test/support/app.ts, whose answers are held to the contract';
const dtoLaw = 'members of a dto are snake_case';
const camelCaseLaw = 'members of all other classes are camelCase';

const repository = "import { Repository } from 'typeorm';\nexport class GenreRepository extends Repository<Genre> {}\n";

/** What somebody might write one day, each with the law it breaks. */
const planted: readonly [sentence: string, law: string, path: string, text: string][] = [
  ['a folder without a place', laws.place, 'src/shelves/shelf.ts', ''],
  ['a barrel', laws.barrel, 'src/genres/index.ts', "export * from './genre.entity.js';"],
  ['a kernel that knows http', kernelLaw, 'src/kernel/clock.ts', "import '../platform/http/etag.js';"],
  ['a kernel that knows the app', kernelLaw, 'src/kernel/clock.ts', "import '../app.setup.js';"],
  ['http that knows a feature', httpLaw, 'src/platform/http/etag.ts', "import '../../movies/movie.entity.js';"],
  ['http that knows the database', httpLaw, 'src/platform/http/health.ts', "import '../database/unit-of-work.js';"],
  ['a config that knows http', configLaw, 'src/platform/config/environment.ts', "import '../http/etag.js';"],
  [
    'a database that knows an entity',
    databaseLaw,
    'src/platform/database/unit-of-work.ts',
    "import '../../movies/movie.entity.js';",
  ],
  ['genres that know movies', genresLaw, 'src/genres/genre.entity.ts', "import '../movies/movie.entity.js';"],
  ['genres that know movies as a type', genresLaw, 'src/genres/a.ts', "import type { M } from '../movies/m.js';"],
  ['genres that hand movies on', genresLaw, 'src/genres/a.ts', "export * from '../movies/movie.entity.js';"],
  [
    'genres that load movies late',
    genresLaw,
    'src/genres/a.ts',
    "const a = await import('../movies/movie.entity.js');",
  ],
  ['genres that know clients', genresLaw, 'src/genres/genre.entity.ts', "import '../clients/client.entity.js';"],
  ['genres that know rentals', genresLaw, 'src/genres/genre.entity.ts', "import '../rentals/movie-rent.entity.js';"],
  ['movies that know clients', moviesLaw, 'src/movies/movie.entity.ts', "import '../clients/client.entity.js';"],
  ['movies that know rentals', moviesLaw, 'src/movies/movie.entity.ts', "import '../rentals/movie-rent.entity.js';"],
  ['clients that know movies', clientsLaw, 'src/clients/client.entity.ts', "import '../movies/movie.entity.js';"],
  ['rentals that know genres', rentalsLaw, 'src/rentals/movie-rent.entity.ts', "import '../genres/genre.entity.js';"],
  [
    'imports that know the configuration',
    importsLaw,
    'src/imports/a.ts',
    "import '../platform/config/environment.js';",
  ],
  [
    'monitoring that knows movies',
    monitoringLaw,
    'src/platform/monitoring/a.ts',
    "import '../../movies/movie.entity.js';",
  ],
  [
    'a verification that knows http',
    verificationLaw,
    'src/platform/verification/verify.ts',
    "import '../http/paging.js';",
  ],
  ['logging that knows http', loggingLaw, 'src/platform/logging/a.ts', "import '../http/server/cors.js';"],
  ['a process that knows the configuration', processLaw, 'src/platform/process/a.ts', "import '../config/rules.js';"],
  ['a migration that knows an entity', migrationsLaw, 'src/migrations/1-a.ts', "import '../genres/genre.entity.js';"],
  ['loans that know movies', loansLaw, 'src/loans/a.ts', "import '../movies/movie.entity.js';"],
  ['a feature that looks into http', interfaceLaw, 'src/genres/a.ts', "import '../platform/http/server/cors.js';"],
  [
    'a feature that looks into the engine',
    interfaceLaw,
    'src/genres/a.ts',
    "import '../platform/database/engine/pool.js';",
  ],
  ['a feature with the configuration', interfaceLaw, 'src/genres/a.ts', "import '../platform/config/environment.js';"],
  ['a feature that reads ormconfig.ts', ormconfigLaw, 'src/movies/stock.ts', "import '../../ormconfig.js';"],
  ['a main.ts that reads ormconfig.ts', ormconfigLaw, 'src/main.ts', "import '../ormconfig.js';"],
  ['a main.ts that runs a script', outwardLaw, 'src/main.ts', "import '../scripts/seed.js';"],
  ['a script that needs a benchmark', outwardLaw, 'scripts/seed.ts', "import '../bench/rounds.js';"],
  ['a script that needs a test', outwardLaw, 'scripts/seed.ts', "import '../test/support/shop.js';"],
  ['a file that imports itself', laws.cycle, 'src/movies/a.ts', "export * from './a.js';"],
  ['a controller that knows an entity', controllerLaw, 'src/genres/g.controller.ts', "import './genre.entity.js';"],
  ['a controller with a repository', controllerLaw, 'src/genres/g.controller.ts', "import './genre.repository.js';"],
  ['a controller with TypeORM', controllerLaw, 'src/genres/g.controller.ts', "import 'typeorm';"],
  ['a controller with the driver', controllerLaw, 'src/genres/g.controller.ts', "import 'sqlite3';"],
  [
    'a controller with a database',
    controllerLaw,
    'src/genres/g.controller.ts',
    "import '../platform/database/unit-of-work.js';",
  ],
  ["a controller with another's dto", controllerLaw, 'src/movies/m.controller.ts', "import '../genres/dto/g.dto.js';"],
  [
    "a controller with another's service",
    controllerLaw,
    'src/movies/m.controller.ts',
    "import '../genres/g.service.js';",
  ],
  ['a service that knows a dto', serviceLaw, 'src/genres/g.service.ts', "import type { G } from './dto/genre.dto.js';"],
  [
    'a service that knows HTTP',
    serviceLaw,
    'src/genres/g.service.ts',
    "import '../platform/http/paging/page-query.js';",
  ],
  ['a service that calls a service', serviceLaw, 'src/movies/m.service.ts', "import './movie-copies.service.js';"],
  ['a service that documents', serviceLaw, 'src/genres/g.service.ts', "import '@nestjs/swagger';"],
  ['a service that takes requests', serviceLaw, 'src/genres/g.service.ts', "import type { Request } from 'express';"],
  [
    'a repository that knows a dto',
    repositoryLaw,
    'src/genres/g.repository.ts',
    `import './dto/g.dto.js';\n${repository}`,
  ],
  [
    'a repository with a repository',
    repositoryLaw,
    'src/movies/m.repository.ts',
    `import './c.repository.js';\n${repository}`,
  ],
  [
    "a repository with another's errors",
    repositoryLaw,
    'src/movies/m.repository.ts',
    `import '../genres/g.errors.js';\n${repository}`,
  ],
  [
    'a repository that begins units of work',
    repositoryLaw,
    'src/genres/g.repository.ts',
    `import '../platform/database/unit-of-work.js';\n${repository}`,
  ],
  ['a repository with Nest', repositoryLaw, 'src/genres/g.repository.ts', `import '@nestjs/common';\n${repository}`],
  ['a repository of its own making', extendsLaw, 'src/genres/g.repository.ts', 'export class GenreRepository {}'],
  ['a repository made of functions', laws.repository, 'src/genres/g.repository.ts', 'export const find = () => 1;'],
  ['a query runner on the side', queryRunnerLaw, 'src/movies/a.ts', 'source.createQueryRunner();'],
  [
    'a query runner beside the unit of work',
    queryRunnerLaw,
    'src/platform/database/engine/pool.ts',
    'source.createQueryRunner();',
  ],
  ['a transaction on the side', transactionLaw, 'src/movies/a.ts', 'await manager.transaction(work);'],
  [
    'an injected repository',
    noRepositoryLaw,
    'src/movies/a.ts',
    'class A { constructor(@InjectRepository(M) a: R) {} }',
  ],
  ['a repository from the manager', noRepositoryLaw, 'src/movies/a.ts', 'manager.getRepository(Movie);'],
  ['a repository from the module', noRepositoryLaw, 'src/movies/a.ts', 'TypeOrmModule.forFeature([Movie]);'],
  ['a repository made by hand', noRepositoryLaw, 'src/movies/a.ts', 'const movies = new MovieRepository(manager);'],
  [
    'a unit of work in a unit of work',
    laws.nesting,
    'src/genres/g.service.ts',
    'class G { a() { return this.unitOfWork.run(p, () => this.unitOfWork.read(p, work)); } }',
  ],
  [
    'a method that begins one in a unit of work',
    laws.nesting,
    'src/genres/g.service.ts',
    'class G { a() { return this.unitOfWork.read(p, async () => { await this.get(1); }); } }',
  ],
  [
    "a unit of work of a caller's in a unit of work",
    laws.nesting,
    'src/genres/g.service.ts',
    'class G { a() { return this.unitOfWork\n  .for({ signal })\n  .run(p, () => this.unitOfWork.read(p, work)); } }',
  ],
  [
    'a service that is handed on in a unit of work',
    laws.nesting,
    'src/genres/g.service.ts',
    'class G { a() { return this.unitOfWork.for(command).run(p, () => begin(this)); } }',
  ],
  [
    'a unit of work of a script in a unit of work',
    laws.nesting,
    'scripts/seed.ts',
    'await unitOfWork.run(p, function () { const { run } = unitOfWork; return run(p, work); });',
  ],
  ['a data source of a feature', dataSourceLaw, 'src/movies/a.ts', 'const source = new DataSource(options);'],
  ['a data source of a script', dataSourceLaw, 'scripts/seed.ts', 'const source = new DataSource(options);'],
  [
    'an api that is held to nothing',
    contractLaw,
    'test/e2e/a.spec.ts',
    "import s from 'supertest'; await s(url).get('/');",
  ],
  ['a camelCase member of a dto', dtoLaw, 'src/movies/dto/m.dto.ts', 'export class M { @IdField() genreId: number; }'],
  [
    'a dto that makes itself by its name',
    'a dto makes itself by `this`, and not by its name',
    'src/movies/dto/m.dto.ts',
    'export class M extends N { static of = (movie: Movie): M => new M(movie); }',
  ],
  ['an undecorated one', dtoLaw, 'src/movies/dto/m.dto.ts', 'export class M { genreId: number; }'],
  [
    'one from a constructor',
    dtoLaw,
    'src/movies/dto/m.dto.ts',
    'export class M { constructor(readonly genreId: number) {} }',
  ],
  ['a camelCase getter', dtoLaw, 'src/movies/dto/m.dto.ts', 'export class M { get genreId() { return 1; } }'],
  ['a snake_case member of an entity', camelCaseLaw, 'src/movies/m.entity.ts', 'export class M { genre_id: number; }'],
  ['an e2e test that looks inside', laws.e2e, 'test/e2e/a.spec.ts', "import '../../src/movies/movie.entity.js';"],
];

describe('The architecture', () => {
  const tree = [
    ...readTree('src'),
    ...readTree('scripts'),
    ...readTree('bench'),
    ...readTree('test'),
    read('ormconfig.ts'),
  ];

  it('is kept by the whole tree', () => {
    expect(tree.length).toBeGreaterThan(20);
    expect(violations(tree)).toEqual([]);
  });

  it.each(planted)('does not allow %s', (_sentence, law, path, text) => {
    expect(violations([{ path, text }])).toContainEqual({ law, path, what: expect.any(String) as string });
  });

  it('does not allow a cycle, however long', () => {
    const files = ['b', 'c', 'a'].map((next, index) => ({
      path: `src/movies/${'abc'[index]}.ts`,
      text: `import { ${next} } from './${next}.js';\nexport const ${'abc'[index]} = () => ${next}();`,
    }));
    const what = 'src/movies/a.ts → src/movies/b.ts → src/movies/c.ts → src/movies/a.ts';
    expect(violations(files)).toEqual([{ law: laws.cycle, path: 'src/movies/a.ts', what }]);
  });

  it('does not allow an e2e test to look inside through what supports it', () => {
    const test = { path: 'test/e2e/a.spec.ts', text: "import '../support/app.js';" };
    const support = { path: 'test/support/app.ts', text: "import '../../src/movies/movie.entity.js';" };
    expect(violations([test, support])).toEqual([
      { law: laws.e2e, path: 'test/support/app.ts', what: 'imports src/movies/movie.entity.ts' },
    ]);
    expect(violations([support])).toEqual([]);
  });

  it('has a planted violation for every law', () => {
    expect([...new Set(planted.map(([, law]) => law))].sort()).toEqual([...allLaws].sort());
  });

  it.each<SourceFile>([
    {
      path: 'src/movies/a.ts',
      text: '// createQueryRunner, new DataSource and TypeOrmModule.forFeature are for others.',
    },
    { path: 'src/movies/dto/m.dto.ts', text: 'export class M { genre_id: number; toFields() {} static of() {} }' },
    { path: 'src/movies/movie.entity.ts', text: "import type { A } from './movie.entity.js';" },
    { path: 'src/app.module.ts', text: "import '../ormconfig.js';" },
    { path: 'test/e2e/a.spec.ts', text: "import '../../src/app.setup.js';" },
    { path: 'test/e2e/a.spec.ts', text: "import type { Response } from 'supertest';" },
    { path: 'src/genres/genre.repository.ts', text: repository },
  ])('has nothing against $path with "$text"', (file) => {
    expect(violations([file])).toEqual([]);
  });
});
