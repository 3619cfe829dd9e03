/** Where two values first differ: the path to it, and what is there in each. */
export interface Difference {
  readonly path: string;
  readonly expected: unknown;
  readonly was: unknown;
}

/** The first place where two JSON values differ, in the order of the expected one's keys; undefined when they are equal. */
export function firstDifference(expected: unknown, was: unknown, path = ''): Difference | undefined {
  if (Object.is(expected, was)) return undefined;
  if (!isObject(expected) || !isObject(was) || Array.isArray(expected) !== Array.isArray(was)) {
    return { path, expected, was };
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(was)])) {
    const at = Array.isArray(expected) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const found = firstDifference(expected[key], was[key], at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
