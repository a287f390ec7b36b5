import { allLaws, laws, type SourceFile, violations } from './laws.js';
import { readSource, readTree } from './source-tree.js';

const extendsLaw = "a repository hides TypeORM's Repository, whose methods bypass its rules";
const queryRunnerLaw = 'only the unit of work makes query runners';
const transactionLaw = 'only the unit of work makes transactions';
const noRepositoryLaw = 'no repository exists outside a unit of work';
const dataSourceLaw = 'data sources are made in src/platform/database and ormconfig.ts';
const contractLaw = 'tests send requests through test/support/app.ts, which checks each response against the contract';
const namesLaw = 'public names stand as text: no schema, table, migration or cursor is named by its class';
const dtoLaw = 'members of a dto are snake_case';
const camelCaseLaw = 'members of all other classes are camelCase';

const repository = 'export class GenreRepository extends EntityRepository<Genre> {}';

/** Violations, each with the law that it breaks. */
const planted: readonly [sentence: string, law: string, path: string, text: string][] = [
  ['a barrel', laws.barrel, 'src/genres/index.ts', "export * from './genre.entity.js';"],
  ['a file that imports itself', laws.cycle, 'src/movies/a.ts', "export * from './a.js';"],
  [
    "a repository that is TypeORM's",
    extendsLaw,
    'src/genres/g.repository.ts',
    'export class GenreRepository extends Repository<Genre> {}',
  ],
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
    'a method that begins a unit of work in a unit of work',
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
    'a request that bypasses the contract',
    contractLaw,
    'test/e2e/a.spec.ts',
    "import s from 'supertest'; await s(url).get('/');",
  ],
  [
    'a branch on the engine',
    'what differs between the engines is chosen by dialectOf or engineOf',
    'src/movies/m.repository.ts',
    "class M extends EntityRepository<N> { a = this.manager.connection.options.type === 'postgres'; }",
  ],
  ['a camelCase member of a dto', dtoLaw, 'src/movies/dto/m.dto.ts', 'export class M { @IdField() genreId: number; }'],
  ['a table named by its class', namesLaw, 'src/movies/m.entity.ts', '@Entity() export class M { title: string; }'],
  ['a name taken of a class', namesLaw, 'src/movies/m.ts', 'const list = query.constructor.name;'],
  ['an undecorated camelCase member', dtoLaw, 'src/movies/dto/m.dto.ts', 'export class M { genreId: number; }'],
  [
    'a camelCase member declared by a constructor',
    dtoLaw,
    'src/movies/dto/m.dto.ts',
    'export class M { constructor(readonly genreId: number) {} }',
  ],
  ['a camelCase getter', dtoLaw, 'src/movies/dto/m.dto.ts', 'export class M { get genreId() { return 1; } }'],
  ['a snake_case member of an entity', camelCaseLaw, 'src/movies/m.entity.ts', 'export class M { genre_id: number; }'],
  ['an e2e test that imports an entity', laws.e2e, 'test/e2e/a.spec.ts', "import '../../src/movies/movie.entity.js';"],
];

describe('architecture laws', () => {
  const tree = [
    ...readTree('src'),
    ...readTree('scripts'),
    ...readTree('bench'),
    ...readTree('test'),
    readSource('ormconfig.ts'),
  ];

  it('are obeyed by the whole tree', () => {
    expect(tree.length).toBeGreaterThan(20);
    expect(violations(tree)).toEqual([]);
  });

  it.each(planted)('forbid %s', (_sentence, law, path, text) => {
    expect(violations([{ path, text }])).toContainEqual({ law, path, what: expect.any(String) as string });
  });

  it('forbid an import cycle of any length', () => {
    const files = ['b', 'c', 'a'].map((next, index) => ({
      path: `src/movies/${'abc'[index]}.ts`,
      text: `import { ${next} } from './${next}.js';\nexport const ${'abc'[index]} = () => ${next}();`,
    }));
    const what = 'src/movies/a.ts → src/movies/b.ts → src/movies/c.ts → src/movies/a.ts';
    expect(violations(files)).toEqual([{ law: laws.cycle, path: 'src/movies/a.ts', what }]);
  });

  it.each(['src/movies', 'bench', 'scripts/import', 'test/support'])(
    'forbid a cycle of two files of %s, one of which imports only a type',
    (folder) => {
      const files = [
        { path: `${folder}/a.ts`, text: "import { B } from './b.js';\nexport class A { b = new B(); }" },
        { path: `${folder}/b.ts`, text: "import type { A } from './a.js';\nexport class B { a?: A; }" },
      ];
      const what = `${folder}/a.ts → ${folder}/b.ts → ${folder}/a.ts`;
      expect(violations(files)).toEqual([{ law: laws.cycle, path: `${folder}/a.ts`, what }]);
    },
  );

  it.each(['src/movies', 'bench/load', 'scripts/import', 'test/support'])('forbid 13 files in %s', (folder) => {
    const files = Array.from({ length: 13 }, (_, index) => ({ path: `${folder}/${index}.ts`, text: '' }));
    expect(violations(files)).toEqual([{ law: laws.size, path: folder, what: '13 files' }]);
    expect(violations(files.slice(1))).toEqual([]);
  });

  it('forbid e2e tests to import src through support files', () => {
    const test = { path: 'test/e2e/a.spec.ts', text: "import '../support/app.js';" };
    const support = { path: 'test/support/app.ts', text: "import '../../src/movies/movie.entity.js';" };
    expect(violations([test, support])).toEqual([
      { law: laws.e2e, path: 'test/support/app.ts', what: 'imports src/movies/movie.entity.ts' },
    ]);
    expect(violations([support])).toEqual([]);
  });

  it('have a planted violation each', () => {
    // The law of the folder size needs more than one planted file.
    expect([...new Set([...planted.map(([, law]) => law), laws.size])].sort()).toEqual([...allLaws].sort());
  });

  it.each<SourceFile>([
    {
      path: 'src/movies/a.ts',
      text: '// createQueryRunner, new DataSource and TypeOrmModule.forFeature are for others.',
    },
    { path: 'src/movies/dto/m.dto.ts', text: 'export class M { genre_id: number; toFields() {} static of() {} }' },
    { path: 'src/app.module.ts', text: "import '../ormconfig.js';" },
    { path: 'test/e2e/a.spec.ts', text: "import '../../src/app.setup.js';" },
    { path: 'test/e2e/a.spec.ts', text: "import type { Response } from 'supertest';" },
    { path: 'src/genres/genre.repository.ts', text: repository },
  ])('allow "$text" in $path', (file) => {
    expect(violations([file])).toEqual([]);
  });
});
