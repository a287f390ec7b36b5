import boundaries from 'eslint-plugin-boundaries';

/** What each room of src may import beside itself: kernel ← platform ← features ← app.*, ormconfig.ts, scripts, bench. */
const platform = ['kernel', 'http', 'database', 'events', 'monitoring', 'verification'];
const rooms = {
  kernel: [],
  config: ['kernel'],
  logging: ['kernel', 'config'],
  process: ['kernel'],
  http: ['kernel'],
  database: ['kernel'],
  auth: ['kernel', 'config', 'http', 'database', 'events'],
  limits: ['kernel', 'http'],
  monitoring: ['kernel', 'config', 'http', 'database'],
  verification: ['kernel', 'database'],
  migrations: ['kernel', 'database'],
  loans: ['kernel', 'database'],
  events: ['kernel', 'http', 'database'],
  policy: platform,
  genres: platform,
  movies: [...platform, 'policy', 'loans', 'genres'],
  clients: [...platform, 'auth', 'policy', 'loans'],
  rentals: [...platform, 'policy', 'loans', 'movies', 'clients'],
  imports: platform,
  merging: [...platform, 'auth', 'policy', 'loans', 'genres', 'movies', 'clients', 'rentals', 'imports'],
  privacy: [...platform, 'auth', 'policy', 'loans', 'genres', 'movies', 'clients', 'rentals', 'imports'],
};
const ofPlatform = [
  'config',
  'logging',
  'process',
  'http',
  'database',
  'auth',
  'events',
  'limits',
  'monitoring',
  'verification',
];
const features = ['policy', 'loans', 'genres', 'movies', 'clients', 'rentals', 'imports', 'merging', 'privacy'];

/** The files of the platform that features may import. */
const platformInterface = {
  http: [
    'openapi/operation.decorator.ts',
    'conditional/preconditions.ts',
    'requests/request-context.ts',
    'responses/spooled-document.ts',
    '{dto,paging,idempotency}/*.ts',
  ],
  database: [
    'unit-of-work.ts',
    'entity-repository.ts',
    'idempotency/idempotency-key.repository.ts',
    '{columns,dialect,queries,search}/*.ts',
  ],
  auth: ['api-keys/{api-key.repository,api-key.entity,key-events}.ts'],
  events: ['*.ts'],
  monitoring: ['metrics.service.ts'],
  verification: ['invariant.ts'],
};

const layers = ['controller', 'service', 'repository', 'entity', 'view', 'module', 'errors', 'dto'];
const anyOf = (types) => ({ element: { types: { anyOf: types } } });
const fromLayer = (layer) => ({ element: { types: { anyOf: features } }, file: { categories: layer } });
const ownRoom = '{{ from.element.type }}';

/** @see docs/decisions/0042-source-tree.md */
export const boundariesConfig = {
  files: ['src/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts', 'ormconfig.ts'],
  plugins: { boundaries },
  settings: {
    'import/resolver': { typescript: true },
    'boundaries/elements': [
      ...Object.keys(rooms).map((type) => ({
        type,
        pattern: `src/${ofPlatform.includes(type) ? 'platform/' : ''}${type}`,
        partialMatch: false,
      })),
      ...['scripts', 'bench', 'test'].map((type) => ({ type, pattern: type, partialMatch: false })),
      { type: 'app', pattern: 'src', partialMatch: false },
    ],
    'boundaries/files': [
      ...layers.map((category) => ({
        category,
        pattern: category === 'dto' ? 'src/**/dto/*.ts' : `src/**/*.${category}.ts`,
      })),
      { category: 'ormconfig', pattern: 'ormconfig.ts' },
      { category: 'app-module', pattern: 'src/app.module.ts' },
    ],
  },
  rules: {
    'boundaries/dependencies': [
      'error',
      {
        default: 'disallow',
        checkAllOrigins: true,
        checkInternals: true,
        policies: [
          { allow: { to: { module: { origin: ['external', 'core'] } } } },
          ...Object.entries(rooms).map(([room, others]) => ({
            from: { element: { type: room } },
            allow: { to: anyOf([room, ...others]) },
          })),
          { from: { element: { type: 'app' } }, allow: { to: anyOf(['app', ...Object.keys(rooms)]) } },
          { from: { element: { type: 'scripts' } }, allow: { to: anyOf(['scripts', 'app', ...Object.keys(rooms)]) } },
          {
            from: { element: { type: 'bench' } },
            allow: { to: anyOf(['bench', 'scripts', 'app', ...Object.keys(rooms)]) },
          },
          { from: { file: { categories: 'ormconfig' } }, allow: { to: anyOf(Object.keys(rooms)) } },
          { from: anyOf(['scripts', 'bench']), allow: { to: { file: { categories: 'ormconfig' } } } },
          { from: { file: { categories: 'app-module' } }, allow: { to: { file: { categories: 'ormconfig' } } } },

          // Features see the interface of the platform only.
          { from: anyOf(features), disallow: { to: anyOf(ofPlatform) } },
          ...Object.entries(platformInterface).map(([type, fileInternalPath]) => ({
            from: anyOf(features),
            allow: { to: { element: { type, fileInternalPath } } },
          })),

          // A controller knows the DTOs and the service of its feature, errors, http and the kernel.
          { from: fromLayer('controller'), disallow: { to: anyOf(['database', ...features]) } },
          {
            from: fromLayer('controller'),
            allow: {
              to: { element: { type: ownRoom }, file: { categories: { anyOf: ['dto', 'service', 'errors'] } } },
            },
          },
          { from: fromLayer('controller'), allow: { to: { file: { categories: 'errors' } } } },
          // Merging and privacy have no resource of their own: they answer with clients and movies.
          {
            from: { element: { types: { anyOf: ['merging', 'privacy'] } }, file: { categories: 'controller' } },
            allow: { to: { element: { types: { anyOf: ['clients', 'movies'] } }, file: { categories: 'dto' } } },
          },
          {
            from: fromLayer('controller'),
            disallow: { to: { module: { source: ['typeorm', '@nestjs/typeorm', 'sqlite3', 'pg'] } } },
          },

          // A service knows no HTTP, no DTO and no other service.
          { from: fromLayer('service'), disallow: { to: anyOf(['http']) } },
          {
            from: fromLayer('service'),
            disallow: { to: { file: { categories: { anyOf: ['dto', 'service', 'controller'] } } } },
          },
          {
            from: fromLayer('service'),
            disallow: { to: { module: { source: ['express', '@nestjs/swagger', '@nestjs/platform-express'] } } },
          },

          // A repository knows entities, the errors of its feature, TypeORM, the kernel and what helps with queries.
          {
            from: fromLayer('repository'),
            disallow: { to: anyOf([...features, 'http', 'monitoring', 'verification']) },
          },
          { from: fromLayer('repository'), allow: { to: { file: { categories: { anyOf: ['entity', 'view'] } } } } },
          {
            from: fromLayer('repository'),
            allow: { to: { element: { type: ownRoom }, file: { categories: 'errors' } } },
          },
          {
            from: fromLayer('repository'),
            allow: { to: { element: { type: ownRoom, fileInternalPath: 'queries/*.ts' } } },
          },
          {
            from: fromLayer('repository'),
            disallow: { to: { element: { type: 'database', fileInternalPath: 'unit-of-work.ts' } } },
          },
          { from: fromLayer('repository'), disallow: { to: { module: { origin: 'external', source: '!typeorm' } } } },
        ],
      },
    ],
  },
};
