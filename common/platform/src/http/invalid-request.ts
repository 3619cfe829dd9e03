/** One finding of the OpenAPI validator: a JSON pointer from `/body`, `/query`, `/params` or `/headers`, and ajv's text. */
export interface InvalidPart {
  readonly path: string;
  readonly message: string;
}

const longestValue = 80;
const longestList = 20;

/** The findings in the form `expected <…>, was <…>`, each place and expectation once, at most 20. */
export function describeInvalid(
  parts: readonly InvalidPart[],
  request: { readonly body: unknown; readonly query: unknown; readonly params: unknown; readonly headers: unknown },
): InvalidPart[] {
  const seen = new Set<string>();
  const described: InvalidPart[] = [];
  for (const part of parts) {
    const message = `expected ${expectation(part.message)}, was ${show(valueAt(request, part.path))}`;
    const key = `${part.path} ${message}`;
    if (seen.has(key) || described.length === longestList) continue;
    seen.add(key);
    described.push({ path: part.path, message });
  }
  return described;
}

/** Texts of ajv (and of the validator around it) → what was expected. */
const rewrites: readonly (readonly [RegExp, string])[] = [
  [/^must be equal to one of the allowed values: (.*)$/, 'one of $1'],
  [/^must have required property .*$/, 'a value'],
  [/^must NOT have fewer than (\d+) (\w+)$/, 'at least $1 $2'],
  [/^must NOT have more than (\d+) (\w+)$/, 'at most $1 $2'],
  [/^must match pattern (.*)$/, 'text that matches $1'],
  [/^must match format (.*)$/, 'text in the form $1'],
  [/^must match (.*)$/, 'what matches $1'],
  [/^must be (.*)$/, '$1'],
  [/^Unknown query parameter .*$/, 'no such query parameter'],
  [/^Empty value found for query parameter .*$/, 'a value'],
];

function expectation(message: string): string {
  for (const [pattern, replacement] of rewrites) {
    if (pattern.test(message)) return message.replace(pattern, replacement);
  }
  return `what satisfies “${message}”`;
}

function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const raw of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
