import { pathText } from './describe-issue.js';

type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Paths of keys that the input has and the parsed value has not: nothing reads them. A subtree is named once, by its top. */
export function findUnknownKeys(input: unknown, parsed: unknown, path: readonly PropertyKey[] = []): string[] {
  if (Array.isArray(input) && Array.isArray(parsed) && input.length === parsed.length) {
    return input.flatMap((element, index) => findUnknownKeys(element, parsed[index], [...path, index]));
  }
  if (!isMapping(input) || !isMapping(parsed)) return [];
  return Object.entries(input).flatMap(([key, value]) =>
    key in parsed ? findUnknownKeys(value, parsed[key], [...path, key]) : [pathText([...path, key])],
  );
}
