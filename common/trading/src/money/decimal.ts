import { Decimal as BaseDecimal } from 'decimal.js';

/** Money arithmetic: 40 significant digits, half-even rounding where a result must be cut. */
export const Decimal = BaseDecimal.clone({
  precision: 40,
  rounding: BaseDecimal.ROUND_HALF_EVEN,
  toExpNeg: -40,
  toExpPos: 40,
});
export type Decimal = BaseDecimal;

/** Decimal places that quote amounts (fees, costs, profits) are rounded to. */
export const QUOTE_PLACES = 8;

/** Parses a decimal string; @throws RangeError naming the value when it is not a finite plain decimal. */
export function parseDecimal(text: string): Decimal {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new RangeError(`expected a decimal string, was ${JSON.stringify(text)}`);
  return new Decimal(text);
}

/** Plain notation without exponent or trailing zeros: `"0.015"`. */
export function formatDecimal(value: Decimal): string {
  return value.toFixed();
}

/** Rounds a quote amount half-even to `QUOTE_PLACES`. */
export function roundQuote(value: Decimal): Decimal {
  return value.toDecimalPlaces(QUOTE_PLACES, BaseDecimal.ROUND_HALF_EVEN);
}

/** Largest multiple of `step` that is not above `value`; both positive. */
export function floorToStep(value: Decimal, step: Decimal): Decimal {
  return value.div(step).floor().times(step);
}
