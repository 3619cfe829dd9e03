import type { QueryConfig } from 'pg';

/** Texts that are prepared; each takes memory in every connection's process of Postgres. */
const MOST = 500;
const names = new Map<string, string>();

/**
 * The statement as `pg` takes it: under a name, so that Postgres reads and plans it once a connection instead of each time.
 * Texts without values stay as they are (they may hold several statements), and so do those after the first 500.
 */
export function statementOf(text: string, values: readonly unknown[] = []): QueryConfig {
  if (values.length === 0) return { text };
  const name = nameOf(text);
  return { text, values: [...values], ...(name === undefined ? {} : { name }) };
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST) return known;
  const name = `octant_${String(names.size + 1)}`;
  names.set(text, name);
  return name;
}
