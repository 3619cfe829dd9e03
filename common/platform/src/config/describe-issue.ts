import { redacted } from './secret.js';

/** The part of a zod issue that the text is made from. */
export interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const longestValue = 80;
const secretPath = /token|secret|password|passphrase|api_?key|webhook|_url$/i;

/** `<path>: expected <…>, was <value>` for one schema issue and the value that was parsed. */
export function describeIssue(issue: SchemaIssue, root: unknown): string {
  const path = pathText(issue.path);
  // A rule that has looked closer than at the whole value says itself what it has found.
  if (/, was /.test(issue.message)) return `${path}: ${issue.message}`;
  const value = valueAt(root, issue.path);
  const shown = secretPath.test(path) && typeof value === 'string' ? redacted : show(value);
  return `${path}: expected ${expectation({ ...issue })}, was ${shown}`;
}

/** `rules[0].threshold`; `(the whole file)` for an empty path. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${String(part)}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text === '' ? '(the whole file)' : text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

function quoted(values: readonly unknown[]): string {
  const shown = values.map((value) => JSON.stringify(value));
  return shown.length === 1 ? String(shown[0]) : `one of ${shown.join(', ')}`;
}

type Describe = (issue: Readonly<Record<string, unknown>>) => string | undefined;

const units: Readonly<Record<string, string>> = { string: 'characters', array: 'elements', set: 'elements' };

function bound(side: 'minimum' | 'maximum', inclusiveText: string, exclusiveText: string): Describe {
  return (issue) => {
    const origin = String(issue['origin']);
    const text = `${issue['inclusive'] === true ? inclusiveText : exclusiveText} ${String(issue[side])}`;
    const unit = units[origin];
    return unit === undefined ? `a number ${text}` : `${origin === 'string' ? 'text' : 'a list'} of ${text} ${unit}`;
  };
}

const kindNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  null: 'null',
};

/** What was expected, by zod's issue code. `undefined`: the message says it. */
const byCode: Readonly<Record<string, Describe>> = {
  invalid_type: (issue) => kindNames[String(issue['expected'])] ?? String(issue['expected']),
  invalid_value: (issue) => (Array.isArray(issue['values']) ? quoted(issue['values']) : undefined),
  too_small: bound('minimum', '>=', '>'),
  too_big: bound('maximum', '<=', '<'),
  not_multiple_of: (issue) => `a multiple of ${String(issue['divisor'])}`,
  unrecognized_keys: (issue) => `no key ${quoted(issue['keys'] as readonly unknown[])}`,
  invalid_format: (issue) =>
    issue['format'] === 'regex' ? undefined : `text in the form of a ${String(issue['format'])}`,
  invalid_union: (issue) => {
    if (Array.isArray(issue['options'])) return quoted(issue['options']);
    const branches = Array.isArray(issue['errors']) ? (issue['errors'] as SchemaIssue[][]) : [];
    const texts = branches.flatMap((branch) => branch.slice(0, 1).map((inner) => expectation({ ...inner })));
    return texts.length > 0 ? [...new Set(texts)].join(' or ') : undefined;
  },
};

function expectation(issue: Readonly<Record<string, unknown>>): string {
  const message = String(issue['message']);
  if (message.startsWith('expected ')) return message.slice('expected '.length);
  return byCode[String(issue['code'])]?.(issue) ?? `what satisfies “${message}”`;
}
