/**
 * The known name with the fewest edits (Levenshtein distance) from `text`, the first of equal ones; undefined when none
 * is known.
 */
export function nearestName(text: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const distance = editDistance(text, name);
    if (distance >= least) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

/** `expected one of a, b, was "c"; the nearest is b`, for a name that is not known. */
export function unknownNameText(text: string, known: readonly string[]): string {
  const was = `was ${JSON.stringify(text)}`;
  const nearest = nearestName(text, known);
  return nearest === undefined
    ? `expected nothing, as there is none, ${was}`
    : `expected one of ${known.join(', ')}, ${was}; the nearest is ${nearest}`;
}

/** Levenshtein distance by the two-row recurrence. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substituted = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const removed = (previous[column] ?? 0) + 1;
      const added = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(substituted, removed, added));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
