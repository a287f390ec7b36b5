import ts from 'typescript';
import { descendantsOf, type SourceFile } from './laws.js';

/** Documented subpaths of packages. All others are private files. */
const documentedPaths = ['csv-parse/sync', 'ajv/dist/2020.js'];

/** Excludes most files without parsing them. */
const mayUsePrivateApi =
  /as unknown as|[.\s]_[a-z]|getMetadata\('|declare module|from '(?!node:)(@[^/']+\/)?[^./'@][^/']*\//;

const tag = /@private-api of ([^\n]*?)\s*(?:\*\/|\n|$)/g;

/** Returns the uses of private API that are tagged, as "path: package: members". */
export function privateApis(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => [
    ...new Set([...text.matchAll(tag)].map(([, use]) => `${path}: ${use!.replace(/\.$/, '')}`)),
  ]);
}

/** Returns the uses of private API that no tag explains, as "path: code". */
export function untaggedPrivateApis(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ text }) => mayUsePrivateApi.test(text))
    .flatMap(({ path, text }) => {
      const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
      return descendantsOf(source)
        .filter((node) => isPrivateUse(node, source) && !isTagged(node, source))
        .map((node) => `${path}: ${node.getText().replace(/\s+/g, ' ').slice(0, 80)}`);
    });
}

function isPrivateUse(node: ts.Node, source: ts.SourceFile): boolean {
  if (ts.isImportDeclaration(node)) return isPrivateFile(node);
  if (ts.isModuleDeclaration(node)) return ts.isStringLiteral(node.name);
  if (ts.isPropertyAccessExpression(node)) return node.name.text.startsWith('_') || isMetadataOfPackage(node);
  if (ts.isTypeElement(node) || ts.isClassElement(node)) return /^_/.test(node.name?.getText() ?? '');
  return isCastToUndeclared(node, source);
}

/** Imports of types are exempt: the compiler notices their removal. */
function isPrivateFile({ importClause, moduleSpecifier }: ts.ImportDeclaration): boolean {
  const specifier = (moduleSpecifier as ts.StringLiteral).text;
  if (importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword || /^(\.|node:)/.test(specifier)) return false;
  return !documentedPaths.includes(specifier) && /^(@[^/]+\/[^/]+|[^@/]+)\//.test(specifier);
}

/** Metadata of a package, by its text. TypeScript documents those of `design:`. */
function isMetadataOfPackage({ name, parent }: ts.PropertyAccessExpression): boolean {
  if (name.text !== 'getMetadata' || !ts.isCallExpression(parent)) return false;
  const [key] = parent.arguments;
  return key !== undefined && ts.isStringLiteral(key) && !key.text.startsWith('design:');
}

/** A double cast to a type literal or to a type of this file, which states what the package does not declare. */
function isCastToUndeclared(node: ts.Node, source: ts.SourceFile): boolean {
  if (!ts.isAsExpression(node) || !ts.isAsExpression(node.expression)) return false;
  if (node.expression.type.kind !== ts.SyntaxKind.UnknownKeyword) return false;
  return descendantsOf(node.type).some((type) => ts.isTypeLiteralNode(type) || localTypeOf(type, source));
}

/** The unexported interface or alias of this file that a type refers to. */
function localTypeOf(type: ts.Node, source: ts.SourceFile): ts.Statement | undefined {
  if (!ts.isTypeReferenceNode(type)) return undefined;
  return source.statements.find(
    (statement) =>
      (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) &&
      statement.name.text === type.typeName.getText() &&
      !statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
  );
}

/** Whether the node, a type of this file that it names, or the declaration of its member in this file has the tag. */
function isTagged(node: ts.Node, source: ts.SourceFile): boolean {
  const types = descendantsOf(node).map((type) => localTypeOf(type, source));
  const declarations = descendantsOf(source).filter(
    (member) =>
      ts.isPropertyAccessExpression(node) && ts.isTypeElement(member) && member.name?.getText() === node.name.text,
  );
  return [node, ...types, ...declarations].some((found) => found !== undefined && isInTagged(found, source));
}

function isInTagged(node: ts.Node, source: ts.SourceFile): boolean {
  for (let outer = node; outer !== source; outer = outer.parent) if (hasTag(outer, source)) return true;
  return false;
}

function hasTag(node: ts.Node, { text }: ts.SourceFile): boolean {
  const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return comments.some(({ pos, end }) => text.slice(pos, end).includes('@private-api of '));
}
