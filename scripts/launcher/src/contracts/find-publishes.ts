import ts from 'typescript';
import { findProperty, placeOf, visit, type SourceFile } from './source-tree.js';

/** A message literal in the source of an agent. */
export interface Publish {
  readonly stream: string;
  /** File that it is in. */
  readonly file: string;
  /** Entry type, where it is a literal. */
  readonly type: string | undefined;
  /** How the id begins: the literal text before its first part, '' without one; undefined when the bus makes the id. */
  readonly idHead: string | undefined;
}

/**
 * Every message that the files make: an object literal with `stream` and `payload`, unless both are those of a message
 * that there is already.
 * @throws Error naming file and line when its stream is no literal, since nobody could tell then who publishes what.
 */
export function findPublishes(files: readonly SourceFile[]): readonly Publish[] {
  const found: Publish[] = [];
  for (const file of files) {
    visit(file.tree, (node) => {
      if (!ts.isObjectLiteralExpression(node)) return;
      const stream = findProperty(node, 'stream');
      const payload = findProperty(node, 'payload');
      if (stream === undefined || payload === undefined || isCopy(stream, payload)) return;
      if (!ts.isStringLiteral(stream)) {
        throw new Error(`${placeOf(file, node)}: expected the stream's name in the message, was ${stream.getText()}`);
      }
      found.push({
        stream: stream.text,
        file: file.path,
        type: literalOf(findProperty(node, 'type')),
        idHead: headOf(findProperty(node, 'id')),
      });
    });
  }
  return found;
}

/** Whether stream and payload come from one object: `row.stream`, or taken apart together. */
function isCopy(stream: ts.Node, payload: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(stream) && ts.isPropertyAccessExpression(payload)) {
    return stream.expression.getText() === payload.expression.getText();
  }
  if (!ts.isIdentifier(stream) || !ts.isIdentifier(payload)) return false;
  for (let node: ts.Node = stream; !ts.isSourceFile(node); node = node.parent) {
    if (!ts.isFunctionLike(node)) continue;
    const names = node.parameters.map(({ name }) => (ts.isObjectBindingPattern(name) ? namesIn(name) : []));
    if (names.some((one) => one.includes(stream.text) && one.includes(payload.text))) return true;
  }
  return false;
}

function namesIn(pattern: ts.ObjectBindingPattern): readonly string[] {
  return pattern.elements.map(({ name }) => name.getText());
}

function literalOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteral(node) ? node.text : undefined;
}

function headOf(id: ts.Node | undefined): string | undefined {
  if (id === undefined) return undefined;
  if (ts.isTemplateExpression(id)) return id.head.text;
  return literalOf(id) ?? '';
}
