/**
 * A CEL expression that cannot be used. The message says what was expected and what was there, and where: line and column
 * (from 1), the line itself, and a caret below the place.
 */
export class CelError extends RangeError {
  override readonly name = 'CelError';
  /** Position in the expression, from 0. */
  readonly offset: number;

  constructor(what: string, source: string, offset: number) {
    const before = source.slice(0, offset).split('\n');
    const column = before.at(-1)?.length ?? 0;
    const line = source.split('\n')[before.length - 1] ?? '';
    const place = `line ${String(before.length)}, column ${String(column + 1)}`;
    super(`${what}; at ${place}\n  ${line}\n  ${' '.repeat(column)}^`);
    this.offset = offset;
  }
}
