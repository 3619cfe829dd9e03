import { editDistance } from './edit-distance.js';

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
