import ts from 'typescript';
import { visit, type SourceFile } from './source-tree.js';

/** A member of an interface or class with what its docstring says. */
export interface DocumentedMember {
  readonly name: string;
  /** The docstring on one line; '' without one. */
  readonly doc: string;
  /** The text that a method returns when it returns a template, its parts in angle brackets. */
  readonly template: string | undefined;
}

/** Members of the interface or class `name`, in the order of the source; its constructor and plain fields of a class are left out. */
export function documentedMembers({ path, tree }: SourceFile, name: string): readonly DocumentedMember[] {
  let found: readonly DocumentedMember[] | undefined;
  visit(tree, (node) => {
    if (ts.isInterfaceDeclaration(node) && node.name.text === name) {
      found = node.members.filter(ts.isPropertySignature).map(memberOf);
    }
    if (ts.isClassDeclaration(node) && node.name?.text === name) {
      found = node.members.filter(ts.isMethodDeclaration).map(memberOf);
    }
  });
  if (found === undefined) throw new Error(`${path}: expected an interface or class ${name}, was none`);
  return found;
}

function memberOf(node: ts.PropertySignature | ts.MethodDeclaration): DocumentedMember {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const doc = docs.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join(' ');
  return {
    name: node.name.getText(),
    doc: doc.replace(/\s+/g, ' ').trim(),
    template: ts.isMethodDeclaration(node) ? templateOf(node) : undefined,
  };
}

function templateOf(method: ts.MethodDeclaration): string | undefined {
  let template: string | undefined;
  visit(method, (node) => {
    if (!ts.isReturnStatement(node) || node.expression === undefined) return;
    if (!ts.isTemplateExpression(node.expression)) return;
    const { head, templateSpans } = node.expression;
    template = head.text + templateSpans.map((span) => `<${partOf(span.expression)}>${span.literal.text}`).join('');
  });
  return template;
}

/** `this.prefix` is `prefix`, `String(shard)` is `shard`. */
function partOf(expression: ts.Expression): string {
  return expression
    .getText()
    .replace(/^this\./, '')
    .replace(/^String\((.*)\)$/, '$1');
}
