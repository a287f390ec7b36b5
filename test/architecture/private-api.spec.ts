import { privateApis, untaggedPrivateApis } from './private-api.js';
import { readTree } from './source-tree.js';

/** What each file uses of which package. */
const known = [
  'scripts/bundle.ts: @nestjs/mapped-types: createRequire() in its modules',
  'scripts/bundle.ts: class-validator and class-transformer: the file esm5/index.js',
  'src/platform/database/columns/naming-strategy.ts: typeorm: StringUtils.snakeCase(), by which TypeORM names columns',
  'src/platform/database/postgres/abortable-client.ts: pg: Client.connection, with the socket and the parsed statements by name',
  'src/platform/database/postgres/postgres-database.ts: typeorm: PostgresDriver.master',
  'src/platform/database/queries/row-mapper.ts: typeorm: ApplyValueTransformers',
  'src/platform/database/search/trigram-index.ts: typeorm: StringUtils.snakeCase(), by which TypeORM names columns',
  'src/platform/database/sqlite/driver.ts: typeorm: SqliteDriver.databaseConnection',
  'src/platform/database/sqlite/file/backup.ts: sqlite3: Database.backup() and Backup, documented, but without types',
  'src/platform/http/connections/backpressure.ts: node:net: Socket._handle',
  'src/platform/http/connections/pipelining.ts: node:http: Socket._paused and Socket.parser',
  'src/platform/http/dto/fields.ts: @nestjs/swagger: the metadata of ApiProperty()',
  'src/platform/http/requests/body-type.ts: @nestjs/common: the metadata of the parameters of a handler',
  'src/platform/http/requests/route.ts: express: Router.stack and Layer.match()',
  'src/platform/http/requests/strict-query.guard.ts: @nestjs/common: the metadata of the parameters of a handler',
  'src/platform/http/server/client-errors.ts: node:http: Socket._httpMessage',
  'test/database/sqlite/prepared-statements.spec.ts: movie-rental: PreparingDatabase.prepared',
  'test/http/backpressure.spec.ts: node:net: Socket._handle',
  'test/http/query-cache.spec.ts: movie-rental: ValidationPipe.queries',
  'test/jest/jest-light-runner.d.ts: jest-light-runner: _globalConfig, _runTest, _runtime, _testRunners',
  'test/jest/runner.ts: jest-light-runner: _globalConfig, _runTest',
  'test/jest/runner.ts: jest-light-runner: _runtime',
  'test/jest/runner.ts: jest-light-runner: _testRunners',
  'test/jest/runner.ts: jest-light-runner: the messages of its workers',
  'test/support/database/query-recorder.ts: typeorm: LoggerFactory',
];

describe('private APIs of packages', () => {
  const tree = ['src', 'scripts', 'bench', 'test'].flatMap(readTree);
  const files = tree.filter(({ path }) => !path.startsWith('test/architecture/'));

  it('are the ones in this list, which an upgrade of a package has to check', () => {
    expect(privateApis(files).sort()).toEqual(known);
  });

  it('are tagged @private-api at every use', () => {
    expect(untaggedPrivateApis(files)).toEqual([]);
  });

  it.each([
    ['a private file of a package', "import { snakeCase } from 'typeorm/util/StringUtils.js';"],
    ['an underscored member', 'const stop = (server: Server) => server._handle.close();'],
    ['an undeclared member by a cast', 'const { master } = driver as unknown as { master: Pool };'],
    [
      'an undeclared member by a local type',
      'interface Pg { parsed: object }\nconst { parsed } = client as unknown as Pg;',
    ],
    ['an override of a private member', 'class Runner extends Base { override _testRunners = new Map(); }'],
    ['the metadata of a package', "const schema = Reflect.getMetadata('swagger/apiModelProperties', dto);"],
    ['types for a package without types', "declare module 'sqlite3' { interface Database { interrupt(): void } }"],
  ])('are found without a tag: %s', (_what, text) => {
    expect(untaggedPrivateApis([{ path: 'src/a.ts', text }])).toHaveLength(1);
    const tagged = text.replace(/^(.*)$/m, '/** @private-api of a package: a member */\n$1');
    expect(untaggedPrivateApis([{ path: 'src/a.ts', text: tagged }])).toEqual([]);
  });

  it.each([
    "import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';",
    "import { parse } from 'csv-parse/sync';",
    "import { Module } from '@nestjs/common';",
    "import { readFile } from 'node:fs/promises';",
    "const types = Reflect.getMetadata('design:paramtypes', type);",
    'const rows = found as unknown as Entity[];',
  ])('are not found in %s', (text) => {
    expect(untaggedPrivateApis([{ path: 'src/a.ts', text }])).toEqual([]);
  });
});
