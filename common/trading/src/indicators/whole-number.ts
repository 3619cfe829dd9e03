/** @throws RangeError naming the field when `value` is not a whole number of at least `least`. */
export function assertWholeNumber(field: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${field}: expected a whole number of at least ${least}, was ${String(value)}`);
  }
}
