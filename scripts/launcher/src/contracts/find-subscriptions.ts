import ts from 'typescript';
import { findProperty, placeOf, relativeImports, visit, type SourceFile } from './source-tree.js';

/** A subscription in the source of an agent. */
export interface FoundSubscription {
  readonly stream: string;
  /** Files under `handlers/` that its handler leads to, in path order. */
  readonly handlers: readonly string[];
}

type Arguments = ReadonlyMap<string, ts.Expression>;

/**
 * Every `subscription({ stream, handle, ... })` of a file; where a function of the file makes it from its parameters, one
 * for each call of that function.
 * @throws Error naming file and line when stream or handler cannot be told.
 */
export function findSubscriptions(file: SourceFile): readonly FoundSubscription[] {
  const found: FoundSubscription[] = [];
  visit(file.tree, (node) => {
    const literal = subscriptionOf(node);
    if (literal === undefined) return;
    const maker = makerAround(literal);
    const calls = maker === undefined ? [new Map<string, ts.Expression>()] : callsOf(file, maker);
    for (const given of calls) found.push(read(file, literal, given));
  });
  return found;
}

function subscriptionOf(node: ts.Node): ts.ObjectLiteralExpression | undefined {
  if (!ts.isCallExpression(node) || node.expression.getText() !== 'subscription') return undefined;
  const [literal] = node.arguments;
  return literal !== undefined && ts.isObjectLiteralExpression(literal) ? literal : undefined;
}

function read(file: SourceFile, literal: ts.ObjectLiteralExpression, given: Arguments): FoundSubscription {
  const valueOf = (name: string) => {
    const value = findProperty(literal, name);
    return value === undefined ? undefined : (given.get(value.getText()) ?? value);
  };
  const stream = valueOf('stream');
  const handle = valueOf('handle');
  if (stream === undefined || !ts.isStringLiteral(stream) || handle === undefined) {
    throw new Error(`${placeOf(file, literal)}: expected the name of a stream and a handler in the subscription`);
  }
  const handlers = handlersOf(file, handle);
  if (handlers.length === 0) {
    throw new Error(`${placeOf(file, literal)}: expected a handler from handlers/, was ${handle.getText()}`);
  }
  return { stream: stream.text, handlers };
}

/** The arrow function held by a constant whose parameters the subscription's stream comes from. */
function makerAround(literal: ts.ObjectLiteralExpression): ts.ArrowFunction | undefined {
  const stream = findProperty(literal, 'stream');
  for (let node: ts.Node = literal; !ts.isSourceFile(node); node = node.parent) {
    if (!ts.isArrowFunction(node)) continue;
    if (node.parameters.some(({ name }) => name.getText() === stream?.getText())) return node;
  }
  return undefined;
}

function callsOf(file: SourceFile, maker: ts.ArrowFunction): readonly Arguments[] {
  if (!ts.isVariableDeclaration(maker.parent)) {
    throw new Error(`${placeOf(file, maker)}: expected a named function that makes subscriptions`);
  }
  const name = maker.parent.name.getText();
  const calls: Arguments[] = [];
  visit(file.tree, (node) => {
    if (!ts.isCallExpression(node) || node.expression.getText() !== name) return;
    const given = new Map<string, ts.Expression>();
    maker.parameters.forEach((parameter, index) => {
      const argument = node.arguments[index];
      if (argument !== undefined) given.set(parameter.name.getText(), argument);
    });
    calls.push(given);
  });
  return calls;
}

/** Follows the names in a handler through the constants of its file to imports from `handlers/`. */
function handlersOf(file: SourceFile, handle: ts.Node): readonly string[] {
  const imports = relativeImports(file);
  const constants = constantsOf(file);
  const handlers = new Set<string>();
  const seen = new Set<string>();
  const follow = (from: ts.Node) => {
    visit(from, (node) => {
      if (!ts.isIdentifier(node) || seen.has(node.text)) return;
      seen.add(node.text);
      const target = imports.get(node.text);
      if (target?.includes('/handlers/') === true) handlers.add(target);
      const value = constants.get(node.text);
      if (value !== undefined) follow(value);
    });
  };
  follow(handle);
  return [...handlers].sort();
}

function constantsOf({ tree }: SourceFile): ReadonlyMap<string, ts.Expression> {
  const constants = new Map<string, ts.Expression>();
  visit(tree, (node) => {
    if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return;
    if (ts.isIdentifier(node.name)) constants.set(node.name.text, node.initializer);
  });
  return constants;
}
