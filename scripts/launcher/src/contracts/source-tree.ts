import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

/** One parsed source file. */
export interface SourceFile {
  /** Path below the root, with slashes. */
  readonly path: string;
  readonly tree: ts.SourceFile;
}

/** Parses one file below `root`. */
export function parseSource(root: string, path: string): SourceFile {
  return {
    path,
    tree: ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.ES2023, true),
  };
}

/**
 * The TypeScript files below a folder in which `mention` stands, in path order, without tests and what only tests use.
 * Reading is quick, parsing is not: most files of an agent have nothing to do with streams.
 */
export function parseFolder(root: string, folder: string, mention: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !/(^|\/)testing\//.test(name))
    .map((name) => `${folder}/${name}`)
    .filter((path) => readFileSync(join(root, path), 'utf8').includes(mention))
    .sort()
    .map((path) => parseSource(root, path));
}

/** Calls `look` with every node of a file. */
export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => {
    visit(child, look);
  });
}

/** What a property of an object literal is set to; the identifier itself for a shorthand, the declaration for a method. */
export function findProperty(
  literal: ts.ObjectLiteralExpression,
  name: string,
): ts.Expression | ts.MethodDeclaration | undefined {
  for (const property of literal.properties) {
    if (property.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
    if (ts.isMethodDeclaration(property)) return property;
  }
  return undefined;
}

/** Imported names of a file, and the path of the file that each comes from; packages are left out. */
export function relativeImports({ path, tree }: SourceFile): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const statement of tree.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const { text } = statement.moduleSpecifier;
    const names = statement.importClause?.namedBindings;
    if (!text.startsWith('.') || names === undefined || !ts.isNamedImports(names)) continue;
    const target = relative(resolve('/'), resolve('/', dirname(path), text))
      .split(sep)
      .join('/');
    for (const { name } of names.elements) found.set(name.text, target.replace(/\.js$/, '.ts'));
  }
  return found;
}

/** `file:line` of a node, for messages. */
export function placeOf({ path, tree }: SourceFile, node: ts.Node): string {
  return `${path}:${String(tree.getLineAndCharacterOfPosition(node.getStart()).line + 1)}`;
}
