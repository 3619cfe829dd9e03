import type { PayloadField } from '../../scripts/launcher/src/contracts/payload-fields.js';

/** Dotted paths of a payload, as the field tables write them. */
export function pathsOf(value: unknown, prefix = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => pathsOf(one, `${prefix}[]`)))];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return [path, ...pathsOf(inner, path)];
  });
}

/** Whether a table has the path; what is below a record (an object without fields of its own) needs none. */
export function isDocumented(fields: readonly PayloadField[], path: string): boolean {
  if (fields.some((field) => field.path === path)) return true;
  return fields.some((field) => field.type === 'object' && isBelow(path, field.path) && isLeaf(fields, field.path));
}

const isBelow = (path: string, parent: string) => path.startsWith(`${parent}.`);
const isLeaf = (fields: readonly PayloadField[], path: string) => !fields.some((field) => isBelow(field.path, path));

/** The payload without a field; undefined when the field's parent is not there. */
export function withoutPath(payload: object, path: string): unknown {
  const copy = structuredClone(payload);
  const steps = path.replaceAll('[]', '.0').split('.');
  const last = steps.pop() ?? '';
  let parent: unknown = copy;
  for (const step of steps) parent = (parent as Record<string, unknown> | undefined)?.[step];
  if (parent === undefined) return undefined;
  Reflect.deleteProperty(parent as object, last);
  return copy;
}
