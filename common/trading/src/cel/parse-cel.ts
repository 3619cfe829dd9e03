import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { unknownNameText } from '../market/nearest-name.js';
import { CelError } from './cel-error.js';
import type { CelCondition, CelNumber, CompareOperator } from './cel-expression.js';

/** The names that an expression may use; all of them are numbers. */
export interface CelScope {
  /** Values that change from candle to candle, with the names of their outputs, the main one first; none: a plain one. */
  readonly series: ReadonlyMap<string, readonly string[]>;
  /** Values that are the same on every candle. */
  readonly parameters: ReadonlySet<string>;
}

/** Functions: how many numbers they take, and whether they give a number or a condition. */
const FUNCTIONS = {
  abs: { takes: [1, 1], gives: 'number' },
  min: { takes: [2, 32], gives: 'number' },
  max: { takes: [2, 32], gives: 'number' },
  crosses_above: { takes: [2, 2], gives: 'condition' },
  crosses_below: { takes: [2, 2], gives: 'condition' },
} as const;
type FunctionName = keyof typeof FUNCTIONS;

/** The functions that an expression may call. */
export const CEL_FUNCTIONS = Object.keys(FUNCTIONS);

const COMPARISONS: readonly string[] = ['<', '<=', '>', '>=', '==', '!='] satisfies CompareOperator[];
const SUPPORTED = 'numbers, names, + - * /, comparisons, && || !, ?: and the functions ' + CEL_FUNCTIONS.join(', ');
const LOOKS_BACK = 'prev';

/**
 * Parses a CEL expression that gives a number. Every number is a double, `2` as well as `2.0`; `prev.x` is x one candle
 * earlier.
 *
 * @throws CelError for what is no CEL, a name that the scope has not, what is not supported, or an operand of another type.
 */
export function parseCelNumber(text: string, scope: CelScope): CelNumber {
  return new Translation(text, scope).number(parseTree(text), 0);
}

/** The same for an expression that is true or false. */
export function parseCelCondition(text: string, scope: CelScope): CelCondition {
  return new Translation(text, scope).condition(parseTree(text), 0);
}

function parseTree(text: string): ASTNode {
  try {
    return new Environment({ unlistedVariablesAreDyn: true }).parse(text).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const { start = text.length, end = text.length } = error.range ?? {};
    throw new CelError(syntaxText(error, text.slice(start, end)), text, start);
  }
}

const WRITTEN_ELSEWHERE: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!', '=': '==' };

function syntaxText({ code, summary }: ParseError, found: string): string {
  const was = found === '' ? 'the end of the expression' : JSON.stringify(found);
  const instead = WRITTEN_ELSEWHERE[found];
  if (instead !== undefined) return `expected ${instead}, was ${was}`;
  if (summary.startsWith('Expected RPAREN')) return `expected ")", was ${was}`;
  if (code === 'unexpected_token') return `expected a number, a name or "(", was ${was}`;
  if (code === 'unexpected_character') return `expected an operator such as && or >, was ${was}`;
  return `expected a CEL expression, was ${was}: ${summary}`;
}

type Back = 0 | 1;

/** Turns the library's tree into typed expressions; `back` is how many candles ago the part is looked at. */
class Translation {
  readonly #text: string;
  readonly #scope: CelScope;

  constructor(text: string, scope: CelScope) {
    this.#text = text;
    this.#scope = scope;
  }

  number(node: ASTNode, back: Back): CelNumber {
    switch (node.op) {
      case 'value':
        return { kind: 'constant', value: this.#literal(node) };
      case 'id':
      case '.':
        return this.#named(node, back);
      case '-_':
        return { kind: 'negate', of: this.number(node.args, back) };
      case '+':
      case '-':
      case '*':
      case '/': {
        const [left, right] = node.args;
        const operands = { left: this.number(left, back), right: this.number(right, back) };
        return { kind: 'arithmetic', operator: node.op, ...operands };
      }
      case '?:': {
        const [when, then, otherwise] = node.args;
        const branches = { then: this.number(then, back), otherwise: this.number(otherwise, back) };
        return { kind: 'choose_number', when: this.condition(when, back), ...branches };
      }
      case 'call':
        return this.#numberCall(node, back);
      default:
        throw this.#wrongType(node, 'number');
    }
  }

  condition(node: ASTNode, back: Back): CelCondition {
    if (isComparison(node)) return this.#comparison(node.args, { operator: node.op, back });
    switch (node.op) {
      case 'value':
        if (typeof node.args === 'boolean') return { kind: 'truth', value: node.args };
        throw this.#wrongType(node, 'condition');
      case '&&':
      case '||': {
        const [left, right] = node.args;
        const operands = { left: this.condition(left, back), right: this.condition(right, back) };
        return { kind: node.op === '&&' ? 'and' : 'or', ...operands };
      }
      case '!_':
        return { kind: 'not', of: this.condition(node.args, back) };
      case '?:': {
        const [when, then, otherwise] = node.args;
        const branches = { then: this.condition(then, back), otherwise: this.condition(otherwise, back) };
        return { kind: 'choose_condition', when: this.condition(when, back), ...branches };
      }
      case 'call':
        return this.#crossing(node, back);
      default:
        throw this.#wrongType(node, 'condition');
    }
  }

  #literal(node: ASTNode): number {
    const value = node.args;
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    throw this.#wrongType(node, 'number');
  }

  /** `==` and `!=` compare conditions too. */
  #comparison(args: readonly [ASTNode, ASTNode], at: { operator: CompareOperator; back: Back }): CelCondition {
    const [left, right] = args;
    const isEquality = at.operator === '==' || at.operator === '!=';
    if (isEquality && typeOf(left) === 'condition') {
      const operands = { left: this.condition(left, at.back), right: this.condition(right, at.back) };
      return { kind: 'same', equal: at.operator === '==', ...operands };
    }
    const operands = { left: this.number(left, at.back), right: this.number(right, at.back) };
    return { kind: 'compare', operator: at.operator, ...operands };
  }

  #numberCall(node: ASTNode & { op: 'call' }, back: Back): CelNumber {
    const [name, args] = this.#call(node);
    if (FUNCTIONS[name].gives !== 'number') throw this.#wrongType(node, 'number');
    const numbers = args.map((arg) => this.number(arg, back));
    const [first = { kind: 'constant', value: Number.NaN }, ...others] = numbers;
    if (name === 'abs') return { kind: 'abs', of: first };
    const operator = name === 'min' ? 'min' : 'max';
    return others.reduce((left, right): CelNumber => ({ kind: 'arithmetic', operator, left, right }), first);
  }

  /** `crosses_above(a, b)`: a was not above b one candle earlier, and is now. */
  #crossing(node: ASTNode & { op: 'call' }, back: Back): CelCondition {
    const [name, [a, b]] = this.#call(node);
    if (FUNCTIONS[name].gives !== 'condition' || a === undefined || b === undefined) {
      throw this.#wrongType(node, 'condition');
    }
    const earlier = this.#earlier(node, back);
    const [before, after] = name === 'crosses_above' ? (['<=', '>'] as const) : (['>=', '<'] as const);
    return {
      kind: 'and',
      left: this.#comparison([a, b], { operator: before, back: earlier }),
      right: this.#comparison([a, b], { operator: after, back }),
    };
  }

  #call(node: ASTNode & { op: 'call' }): [FunctionName, readonly ASTNode[]] {
    const [name, args] = node.args;
    if (!isFunctionName(name)) throw this.#wrong(unknownNameText(name, CEL_FUNCTIONS), node);
    const [least, most] = FUNCTIONS[name].takes;
    if (args.length < least || args.length > most) {
      const wanted = least === most ? String(least) : `${String(least)} or more`;
      throw this.#wrong(`expected ${wanted} numbers in ${name}(), was ${String(args.length)}`, node);
    }
    return [name, args];
  }

  #earlier(node: ASTNode, back: Back): Back {
    if (back === 0) return 1;
    throw this.#wrong('expected to look one candle back at most, was two', node);
  }

  #named(node: ASTNode & { op: 'id' | '.' }, back: Back): CelNumber {
    const path = pathOf(node);
    if (path === undefined) throw this.#unsupported(node);
    const looksBack = path[0] === LOOKS_BACK && path.length > 1;
    const [name = '', ...output] = looksBack ? path.slice(1) : path;
    const { series, parameters } = this.#scope;
    if (parameters.has(name) && output.length === 0) return { kind: 'parameter', name };
    const outputs = series.get(name);
    if (outputs === undefined) {
      const known = [...series.keys(), ...parameters, ...(looksBack ? [] : [LOOKS_BACK])];
      throw this.#wrong(unknownNameText(name, known), node);
    }
    const key = output.length === 0 && outputs[0] === undefined ? name : this.#output(node, { name, outputs, output });
    return { kind: 'series', key, back: looksBack ? this.#earlier(node, back) : back };
  }

  #output(node: ASTNode, asked: { name: string; outputs: readonly string[]; output: readonly string[] }): string {
    const { name, outputs, output } = asked;
    const chosen = output.length === 0 ? outputs[0] : output.join('.');
    if (chosen !== undefined && outputs.includes(chosen)) return seriesKey(name, chosen);
    throw this.#wrong(`output of ${name}: ${unknownNameText(chosen ?? '', outputs)}`, node);
  }

  #wrongType(node: ASTNode, wanted: 'number' | 'condition'): CelError {
    const found = typeOf(node);
    if (found === undefined) return this.#unsupported(node);
    const names = { number: 'a number', condition: 'a condition that is true or false' };
    const was = this.#text.slice(node.start, node.end);
    return this.#wrong(`expected ${names[wanted]}, was ${names[found]}: ${was}`, node);
  }

  #unsupported(node: ASTNode): CelError {
    const was = JSON.stringify(this.#text.slice(node.start, node.end));
    return this.#wrong(`expected ${SUPPORTED}, was ${was}`, node);
  }

  #wrong(what: string, node: ASTNode): CelError {
    return new CelError(what, this.#text, node.start);
  }
}

/** Under which an indicator's output is known to the evaluation. */
export function seriesKey(name: string, output: string): string {
  return `${name}.${output}`;
}

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}

type Comparison = ASTNode & { op: CompareOperator; args: [ASTNode, ASTNode] };

function isComparison(node: ASTNode): node is Comparison {
  return COMPARISONS.includes(node.op);
}

const GIVES_CONDITION: readonly string[] = [...COMPARISONS, '&&', '||', '!_'];
const GIVES_NUMBER: readonly string[] = ['id', '.', '-_', '+', '-', '*', '/'];

/** What an expression gives, by its form; undefined where it is neither. */
function typeOf(node: ASTNode): 'number' | 'condition' | undefined {
  if (GIVES_CONDITION.includes(node.op)) return 'condition';
  if (GIVES_NUMBER.includes(node.op)) return 'number';
  if (node.op === '?:') return typeOf(node.args[1]);
  if (node.op === 'call') return isFunctionName(node.args[0]) ? FUNCTIONS[node.args[0]].gives : 'number';
  if (typeof node.args === 'boolean') return 'condition';
  return typeof node.args === 'number' || typeof node.args === 'bigint' ? 'number' : undefined;
}

/** `a.b.c` as its names; undefined for anything else. */
function pathOf(node: ASTNode): readonly string[] | undefined {
  if (node.op === 'id') return [node.args];
  if (node.op !== '.') return undefined;
  const [owner, name] = node.args;
  const path = pathOf(owner);
  return path === undefined ? undefined : [...path, name];
}
