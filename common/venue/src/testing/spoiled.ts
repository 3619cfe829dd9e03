import fc from 'fast-check';

/** What a field may come as instead of what is documented. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, '', ' ', 'NaN', 'Infinity', '-1', '0', '1e999', '1e30', '0x10', '1,5', 'ZZZ', true),
  fc.constantFrom(-1, 0, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 0.1 + 0.2, 2 ** 60, [], {}, [null], { a: 1 }),
  fc.jsonValue(),
  fc.double(),
  fc.string(),
);

type Json = Record<string, unknown>;

/** The reply with some of its fields, at any depth, left out or replaced by junk. */
export function spoiled(reply: Json): fc.Arbitrary<unknown> {
  const paths = pathsOf(reply);
  const change = fc.tuple(fc.constantFrom(...paths), fc.oneof(fc.constant(LEFT_OUT), junk));
  return fc.array(change, { maxLength: 4 }).map((changes) => {
    const copy = structuredClone(reply);
    for (const [path, value] of changes) put(copy, path, value);
    return copy;
  });
}

const LEFT_OUT = Symbol('left out');

function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => [[...path, name], ...pathsOf(field, [...path, name])]);
}

function put(target: unknown, [name, ...rest]: readonly string[], value: unknown): void {
  if (typeof target !== 'object' || target === null || name === undefined) return;
  const fields = target as Json;
  if (rest.length > 0) put(fields[name], rest, value);
  else if (value === LEFT_OUT) Reflect.deleteProperty(fields, name);
  else fields[name] = value;
}
