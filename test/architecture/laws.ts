import { posix } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly law: string;
  readonly path: string;
  readonly what: string;
}

/** A law about the text of files, without comments. */
interface WordLaw {
  readonly law: string;
  readonly where: RegExp;
  readonly never: RegExp;
}

const wordLaws: readonly WordLaw[] = [
  {
    law: 'only the unit of work makes query runners',
    where: /^src\/(?!platform\/database\/unit-of-work\.ts$)/,
    never: /\bcreateQueryRunner\b/,
  },
  {
    law: 'only the unit of work makes transactions',
    where: /^src\/(?!platform\/database\/)/,
    never: /\bstartTransaction\b|\.transaction\(/,
  },
  {
    law: 'no repository exists outside a unit of work',
    where: /^src\/(?!platform\/database\/idempotency\/)/,
    never: /\b(InjectRepository|getRepository|getCustomRepository|forFeature)\b|\bnew \w*Repository\b/,
  },
  {
    law: 'data sources are made in src/platform/database and ormconfig.ts',
    where: /^(src\/(?!platform\/database\/)|scripts\/|bench\/)/,
    never: /\bnew DataSource\b/,
  },
  {
    law: 'what differs between the engines is chosen by dialectOf or engineOf',
    where: /^(src\/(?!migrations\/|kernel\/database-url\.ts$)|scripts\/)/,
    never: /\.type [!=]==? ['"]postgres['"]|\bisPostgres\b(?!['"])/,
  },
  {
    law: 'public names stand as text: no schema, table, migration or cursor is named by its class',
    where: /^src\/(?!kernel\/domain-error\.ts$)/,
    never: /\bconstructor\.name\b|\b(View)?Entity\(\)/,
  },
  {
    law: 'tests send requests through test/support/app.ts, which checks each response against the contract',
    where: /^test\/(?!support\/app\.ts$|architecture\/)/,
    never: /\bfrom ['"]supertest['"]/,
  },
];

/** A law about the classes of files. */
interface ClassLaw {
  readonly law: string;
  readonly where: RegExp;
  /** Returns the names that break the law. */
  readonly violatedBy: (type: ts.ClassLikeDeclaration) => string[];
}

const classLaws: readonly ClassLaw[] = [
  {
    law: "a repository hides TypeORM's Repository, whose methods bypass its rules",
    where: /^src\/.*\.repository\.ts$/,
    violatedBy: (type) => (/^extends Repository</.test(heritageOf(type)) ? [type.name?.text ?? 'a class'] : []),
  },
  {
    law: 'members of a dto are snake_case',
    where: /^src\/(?!platform\/).*\/dto\//,
    violatedBy: (type) => membersOf(type).filter((name) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)),
  },
  {
    law: 'members of all other classes are camelCase',
    where: /^src\/(?!platform\/|.*\/dto\/)/,
    violatedBy: (type) => membersOf(type).filter((name) => /^[a-z0-9]+_/.test(name)),
  },
];

const maxFilesPerFolder = 12;
const isListed = /^src\/migrations\/[^/]+$|^scripts\/[^/]+$|\.spec\.ts$/;

export const laws = {
  size: 'a folder has 12 files at most, unless it lists migrations, commands or tests',
  barrel: 'there are no index.ts barrels',
  cycle: 'there are no import cycles',
  repository: 'a repository file declares a repository',
  nesting:
    'within a unit of work no other is begun: nothing in it names unitOfWork, calls a method of this or hands this on',
  e2e: 'e2e tests, and what supports them, import nothing from src but app.setup.ts',
};

export const allLaws: readonly string[] = [
  ...Object.values(laws),
  ...[...wordLaws, ...classLaws].map(({ law }) => law),
];

export function violations(files: readonly SourceFile[]): Violation[] {
  return [
    ...files.flatMap((file) => [
      ...barrels(file),
      ...forbiddenWords(file),
      ...forbiddenClasses(file),
      ...nestedUnits(file),
    ]),
    ...largeFolders(files),
    ...cycles(files),
    ...importsOfE2e(files),
  ];
}

function barrels({ path }: SourceFile): Violation[] {
  return /^src\/(.*\/)?index\.ts$/.test(path) ? [{ law: laws.barrel, path, what: 'index.ts' }] : [];
}

/** Subfolders are counted separately. Folders whose files are found by their names alone, as in a list, may have any number. */
function largeFolders(files: readonly SourceFile[]): Violation[] {
  const sizes = new Map<string, number>();
  for (const { path } of files.filter(({ path }) => !isListed.test(path))) {
    const folder = posix.dirname(path);
    sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
  }
  return [...sizes]
    .filter(([, size]) => size > maxFilesPerFolder)
    .map(([path, size]) => ({ law: laws.size, path, what: `${size} files` }));
}

function forbiddenWords({ path, text }: SourceFile): Violation[] {
  const found = wordLaws.filter(({ where, never }) => where.test(path) && mayContain(text, never));
  if (found.length === 0) return [];
  const code = compiled(text);
  return found.flatMap(({ law, never }) => {
    const word = never.exec(code)?.[0];
    return word ? [{ law, path, what: `contains ${word}` }] : [];
  });
}

/** A fast check before compiling. Tolerates line breaks and comments between words. */
function mayContain(text: string, never: RegExp): boolean {
  const bare = text.replace(/\/\*[^]*?\*\/|\/\/.*/g, ' ');
  return [text, bare].some((version) => never.test(version.replace(/\s+/g, ' ')));
}

function forbiddenClasses({ path, text }: SourceFile): Violation[] {
  const applicable = classLaws.filter(({ where }) => where.test(path));
  if (applicable.length === 0) return [];
  const classes = classesOf(path, text);
  const found = applicable.flatMap(({ law, violatedBy }) =>
    classes.flatMap(violatedBy).map((what) => ({ law, path, what })),
  );
  const empty = /^src\/.*\.repository\.ts$/.test(path) && classes.length === 0;
  return empty ? [...found, { law: laws.repository, path, what: 'declares no class' }] : found;
}

function nestedUnits({ path, text }: SourceFile): Violation[] {
  if (!/^(src|scripts|bench)\//.test(path)) return [];
  const begun = nodesOf(path, text).filter(
    (node): node is ts.CallExpression =>
      ts.isCallExpression(node) && /\bunitOfWork\s*(\.for\([^]*\)\s*)?\.\w+$/.test(node.expression.getText()),
  );
  return begun
    .flatMap(({ arguments: given }) => given.filter(ts.isFunctionLike).flatMap(descendantsOf))
    .filter(leadsToUnitOfWork)
    .map((node) => ({ law: laws.nesting, path, what: `${node.parent.getText()} in a unit of work` }));
}

/** `this.clock.now()` can't begin a unit of work, but `this.get()` may, and a function that receives `this`. */
function leadsToUnitOfWork(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return node.text === 'unitOfWork';
  if (node.kind !== ts.SyntaxKind.ThisKeyword) return false;
  const { parent } = node;
  return (
    !ts.isPropertyAccessExpression(parent) ||
    (ts.isCallExpression(parent.parent) && parent.parent.expression === parent)
  );
}

/** Includes imports of types: a cycle of them is one concept in two files. */
function cycles(files: readonly SourceFile[]): Violation[] {
  const sources = files.filter(({ path }) => /^(src|bench|scripts|test)\//.test(path));
  const graph = new Map(sources.map(({ path, text }) => [path, importsOf(path, text)]));
  return [...graph.keys()].flatMap((path) => {
    const way = wayBack(path, graph);
    // Each cycle is reported once, for the first of its members.
    const first = way && way.every((step) => path <= step);
    return first ? [{ law: laws.cycle, path, what: way.join(' → ') }] : [];
  });
}

/** Returns the shortest import cycle through `start`. */
function wayBack(start: string, graph: ReadonlyMap<string, string[]>): string[] | undefined {
  const ways = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1)!) ?? []) {
      if (next === start) return [...way, next];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return undefined;
}

/** Returns the imports of src by e2e tests, directly or through other files of test/. */
function importsOfE2e(files: readonly SourceFile[]): Violation[] {
  const tests = new Map(files.filter(({ path }) => isIn('test/', path)).map((file) => [file.path, file]));
  const reached = new Set([...tests.keys()].filter((path) => isIn('test/e2e/', path)));
  const found: Violation[] = [];
  for (const path of reached) {
    for (const target of importsOf(path, tests.get(path)!.text)) {
      if (tests.has(target)) reached.add(target);
      if (isIn('src/', target) && target !== 'src/app.setup.ts') {
        found.push({ law: laws.e2e, path, what: `imports ${target}` });
      }
    }
  }
  return found;
}

function importsOf(path: string, text: string): string[] {
  const specifiers = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
  return specifiers.map((specifier) =>
    specifier.startsWith('.')
      ? posix.join(posix.dirname(path), specifier).replace(/(\.js)?$/, (end) => (end ? '.ts' : ''))
      : specifier,
  );
}

const compilations = new Map<string, string>();

/** Returns the compiled text: without comments, types and imports of types. */
function compiled(text: string): string {
  const known = compilations.get(text) ?? compile(text);
  compilations.set(text, known);
  return known;
}

function compile(text: string): string {
  const { ESNext: target } = ts.ScriptTarget;
  const { ESNext: module } = ts.ModuleKind;
  const compilerOptions = { target, module, removeComments: true, experimentalDecorators: true };
  return ts.transpileModule(text, { compilerOptions: { ...compilerOptions, emitDecoratorMetadata: true } }).outputText;
}

function classesOf(path: string, text: string): ts.ClassLikeDeclaration[] {
  return nodesOf(path, text).filter(ts.isClassLike);
}

function nodesOf(path: string, text: string): ts.Node[] {
  return descendantsOf(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
}

export function descendantsOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  return [node, ...children.flatMap(descendantsOf)];
}

function heritageOf(type: ts.ClassLikeDeclaration): string {
  return type.heritageClauses?.[0]?.getText() ?? '';
}

/** Returns the names of a class's properties, including those declared by its constructor. */
function membersOf(type: ts.ClassLikeDeclaration): string[] {
  const declared = type.members.filter((member) => ts.isPropertyDeclaration(member) || ts.isAccessor(member));
  const constructed = type.members
    .filter((member) => ts.isConstructorDeclaration(member))
    .flatMap(({ parameters }) => parameters.filter((given) => ts.isParameterPropertyDeclaration(given, given.parent)));
  return [...declared, ...constructed].map(({ name }) => (ts.isStringLiteral(name) ? name.text : name.getText()));
}

function isIn(folder: string, path: string): boolean {
  return path.startsWith(folder);
}
