import { Decimal as LibraryDecimal } from 'decimal.js';
import { SmallDecimalReader, smallDecimalText } from './small-decimal.js';

/** The library, with 40 significant digits and half-even rounding where a result must be cut. */
const Large = LibraryDecimal.clone({
  precision: 40,
  rounding: LibraryDecimal.ROUND_HALF_EVEN,
  toExpNeg: -40,
  toExpPos: 40,
});

export type DecimalInput = string | number | Decimal;

/** Powers of ten that a double holds exactly, by their exponent. */
const POWERS: readonly number[] = Array.from({ length: 23 }, (_, exponent) => Number(`1e${String(exponent)}`));
const MOST_SCALE = POWERS.length - 1;
/** So many digits are a safe integer whatever they are. */
const SMALL_DIGITS = 15;

const reader = new SmallDecimalReader();

/** Decimal places that quote amounts (fees, costs, profits) are rounded to. */
export const QUOTE_PLACES = 8;

/**
 * Money arithmetic: exact, or cut half-even to 40 significant digits. Never changed once made.
 *
 * A value whose digits are a safe integer, as nearly all are, is `mantissa / 10^scale` in two numbers, and what can be
 * computed on such ones exactly is; everything else is left to decimal.js. Both give the same values.
 */
export class Decimal {
  private readonly mantissa: number;
  private readonly scale: number;
  /** Of a value that is not small; mantissa and scale mean nothing then. */
  private readonly large: LibraryDecimal | undefined;

  private constructor(mantissa: number, scale: number, large: LibraryDecimal | undefined) {
    this.mantissa = mantissa;
    this.scale = scale;
    this.large = large;
  }

  /** @throws RangeError when it is no finite number. */
  static of(value: DecimalInput): Decimal {
    if (typeof value === 'object') return value;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return new Decimal(value + 0, 0, undefined);
    return Decimal.ofSmall(String(value)) ?? readLarge(value);
  }

  /** A plain decimal of few digits; undefined for any other text. */
  static ofSmall(text: string): Decimal | undefined {
    return reader.read(text) ? new Decimal(reader.mantissa, reader.scale, undefined) : undefined;
  }

  /** @internal Of what the library gave. */
  static ofLarge(value: LibraryDecimal): Decimal {
    const scale = value.decimalPlaces();
    if (value.precision(true) > SMALL_DIGITS || scale > MOST_SCALE) return new Decimal(0, 0, value);
    return new Decimal(value.times(`1e${String(scale)}`).toNumber() + 0, scale, undefined);
  }

  /** @throws RangeError for no values. */
  static min(...values: readonly DecimalInput[]): Decimal {
    let least = Decimal.of(values[0] ?? Number.NaN);
    for (const value of values) if (least.gt(value)) least = Decimal.of(value);
    return least;
  }

  /** @throws RangeError for no values. */
  static max(...values: readonly DecimalInput[]): Decimal {
    let most = Decimal.of(values[0] ?? Number.NaN);
    for (const value of values) if (most.lt(value)) most = Decimal.of(value);
    return most;
  }

  plus(other: DecimalInput): Decimal {
    const that = Decimal.of(other);
    if (this.large === undefined && that.large === undefined) {
      const scale = Math.max(this.scale, that.scale);
      const sum = this.mantissaAt(scale) + that.mantissaAt(scale);
      if (Number.isSafeInteger(sum)) return new Decimal(sum + 0, scale, undefined);
    }
    return Decimal.ofLarge(this.asLarge().plus(that.asLarge()));
  }

  minus(other: DecimalInput): Decimal {
    const that = Decimal.of(other);
    if (this.large === undefined && that.large === undefined) {
      const scale = Math.max(this.scale, that.scale);
      const difference = this.mantissaAt(scale) - that.mantissaAt(scale);
      if (Number.isSafeInteger(difference)) return new Decimal(difference + 0, scale, undefined);
    }
    return Decimal.ofLarge(this.asLarge().minus(that.asLarge()));
  }

  times(other: DecimalInput): Decimal {
    const that = Decimal.of(other);
    if (this.large === undefined && that.large === undefined) {
      const scale = this.scale + that.scale;
      const product = this.mantissa * that.mantissa;
      if (Number.isSafeInteger(product) && scale <= MOST_SCALE) return new Decimal(product + 0, scale, undefined);
    }
    return Decimal.ofLarge(this.asLarge().times(that.asLarge()));
  }

  /** @throws RangeError when `other` is 0. */
  div(other: DecimalInput): Decimal {
    const that = this.divisorOf(other);
    if (this.large === undefined && that.large === undefined) {
      const exact = this.dividedSmall(that);
      if (exact !== undefined) return exact;
    }
    return Decimal.ofLarge(this.asLarge().div(that.asLarge()));
  }

  /** The quotient rounded down to so many decimal places. @throws RangeError when `other` is 0. */
  divDown(other: DecimalInput, places: number): Decimal {
    const that = this.divisorOf(other);
    if (this.large === undefined && that.large === undefined) {
      const shift = places - this.scale + that.scale;
      const dividend = this.mantissaAt(this.scale + Math.max(0, shift));
      const divisor = that.mantissaAt(that.scale + Math.max(0, -shift));
      if (Number.isSafeInteger(dividend) && Number.isSafeInteger(divisor)) {
        return new Decimal(floorOfQuotient(dividend, divisor), places, undefined);
      }
    }
    const unit = new Large(10).pow(places);
    const [dividend, divisor] = [this.asLarge().times(unit), that.asLarge()];
    const whole = dividend.divToInt(divisor);
    const below = dividend.isNeg() !== divisor.isNeg() && !whole.times(divisor).eq(dividend);
    return Decimal.ofLarge((below ? whole.minus(1) : whole).div(unit));
  }

  /** The nearest double of this / whole; 0 where whole is 0. */
  ratioTo(whole: DecimalInput): number {
    const that = Decimal.of(whole);
    if (that.isZero()) return 0;
    if (this.large === undefined && that.large === undefined) {
      const scale = Math.max(this.scale, that.scale);
      const [part, all] = [this.mantissaAt(scale), that.mantissaAt(scale)];
      // Both exact, so that the quotient is the nearest double.
      if (Number.isSafeInteger(part) && Number.isSafeInteger(all)) return part / all;
    }
    return this.asLarge().div(that.asLarge()).toNumber();
  }

  /** The remainder of the division, with the sign of this. */
  mod(other: DecimalInput): Decimal {
    const that = this.divisorOf(other);
    if (this.large === undefined && that.large === undefined) {
      const scale = Math.max(this.scale, that.scale);
      const [part, whole] = [this.mantissaAt(scale), that.mantissaAt(scale)];
      if (Number.isSafeInteger(part) && Number.isSafeInteger(whole)) {
        return new Decimal((part % whole) + 0, scale, undefined);
      }
    }
    return Decimal.ofLarge(this.asLarge().mod(that.asLarge()));
  }

  neg(): Decimal {
    if (this.large !== undefined) return Decimal.ofLarge(this.large.neg());
    return new Decimal(0 - this.mantissa, this.scale, undefined);
  }

  abs(): Decimal {
    return this.lt(0) ? this.neg() : this;
  }

  floor(): Decimal {
    if (this.large !== undefined) return Decimal.ofLarge(this.large.floor());
    const whole = this.wholeIn();
    return new Decimal(this.fractionIn() < 0 ? whole - 1 : whole, 0, undefined);
  }

  ceil(): Decimal {
    if (this.large !== undefined) return Decimal.ofLarge(this.large.ceil());
    const whole = this.wholeIn();
    return new Decimal(this.fractionIn() > 0 ? whole + 1 : whole, 0, undefined);
  }

  /** Rounded half-even to so many decimal places. */
  round(places: number): Decimal {
    if (this.large !== undefined) {
      return Decimal.ofLarge(this.large.toDecimalPlaces(places, LibraryDecimal.ROUND_HALF_EVEN));
    }
    if (this.scale <= places) return this;
    const unit = POWERS[this.scale - places] ?? Number.NaN;
    const rest = this.mantissa % unit;
    const whole = (this.mantissa - rest) / unit;
    const twice = 2 * Math.abs(rest);
    const away = twice > unit || (twice === unit && whole % 2 !== 0);
    return new Decimal(whole + (away ? Math.sign(rest) : 0), places, undefined);
  }

  /** Below, at or above 0 as this is below, equal to or above `other`. */
  comparedTo(other: DecimalInput): number {
    const that = Decimal.of(other);
    if (this.large === undefined && that.large === undefined) {
      const scale = Math.max(this.scale, that.scale);
      const [own, its] = [this.mantissaAt(scale), that.mantissaAt(scale)];
      if (Number.isSafeInteger(own) && Number.isSafeInteger(its)) return own - its;
    }
    return this.asLarge().comparedTo(that.asLarge());
  }

  eq(other: DecimalInput): boolean {
    return this.comparedTo(other) === 0;
  }

  gt(other: DecimalInput): boolean {
    return this.comparedTo(other) > 0;
  }

  gte(other: DecimalInput): boolean {
    return this.comparedTo(other) >= 0;
  }

  lt(other: DecimalInput): boolean {
    return this.comparedTo(other) < 0;
  }

  lte(other: DecimalInput): boolean {
    return this.comparedTo(other) <= 0;
  }

  isZero(): boolean {
    return this.large === undefined ? this.mantissa === 0 : this.large.isZero();
  }

  /** The nearest double. */
  toNumber(): number {
    return this.large === undefined ? this.mantissa / (POWERS[this.scale] ?? Number.NaN) : this.large.toNumber();
  }

  /** Plain notation without exponent or zeros at the end of a fraction: `"0.015"`. */
  toFixed(): string {
    return this.large === undefined ? smallDecimalText(this.mantissa, this.scale) : this.large.toFixed();
  }

  toString(): string {
    return this.toFixed();
  }

  toJSON(): string {
    return this.toFixed();
  }

  private divisorOf(other: DecimalInput): Decimal {
    const that = Decimal.of(other);
    if (that.isZero()) throw new RangeError(`expected a divisor other than 0 for ${this.toFixed()}`);
    return that;
  }

  /** The quotient of small ones where it is a small one. */
  private dividedSmall(that: Decimal): Decimal | undefined {
    const scale = this.scale - that.scale;
    const dividend = scale < 0 ? this.mantissaAt(that.scale) : this.mantissa;
    const least = Math.max(0, scale);
    // Powers of ten (ticks, lots, basis points) only move the point.
    const places = Math.log10(that.mantissa);
    if (POWERS[places] === that.mantissa && least + places <= MOST_SCALE && Number.isSafeInteger(dividend)) {
      return new Decimal(dividend, least + places, undefined);
    }
    const quotient = dividend / that.mantissa;
    const isExact = Number.isSafeInteger(quotient) && quotient * that.mantissa === dividend;
    return isExact && Number.isSafeInteger(dividend) ? new Decimal(quotient + 0, least, undefined) : undefined;
  }

  /** The mantissa at a scale not below its own; not a safe integer when it does not fit. */
  private mantissaAt(scale: number): number {
    return scale === this.scale ? this.mantissa : this.mantissa * (POWERS[scale - this.scale] ?? Number.NaN);
  }

  private fractionIn(): number {
    return this.mantissa % (POWERS[this.scale] ?? Number.NaN);
  }

  private wholeIn(): number {
    return (this.mantissa - this.fractionIn()) / (POWERS[this.scale] ?? Number.NaN) + 0;
  }

  private asLarge(): LibraryDecimal {
    if (this.large !== undefined) return this.large;
    return new Large(this.mantissa).div(new Large(POWERS[this.scale] ?? Number.NaN));
  }
}

/** Parses a decimal string; @throws RangeError naming the value when it is not a finite plain decimal. */
export function parseDecimal(text: string): Decimal {
  const small = Decimal.ofSmall(text);
  if (small !== undefined) return small;
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new RangeError(`expected a decimal string, was ${JSON.stringify(text)}`);
  return Decimal.of(text);
}

/** Plain notation without exponent or trailing zeros: `"0.015"`. */
export function formatDecimal(value: Decimal): string {
  return value.toFixed();
}

/** Rounds a quote amount half-even to `QUOTE_PLACES`. */
export function roundQuote(value: Decimal): Decimal {
  return value.round(QUOTE_PLACES);
}

/** Largest multiple of `step` that is not above `value`; both positive. */
export function floorToStep(value: Decimal, step: Decimal): Decimal {
  return value.divDown(step, 0).times(step);
}

/** Of safe integers, exactly. */
function floorOfQuotient(dividend: number, divisor: number): number {
  const rest = dividend % divisor;
  const whole = (dividend - rest) / divisor;
  return (rest !== 0 && rest < 0 !== divisor < 0 ? whole - 1 : whole) + 0;
}

function readLarge(value: string | number): Decimal {
  let read: LibraryDecimal;
  try {
    read = new Large(value);
  } catch (error) {
    throw new RangeError(`expected a number, was ${JSON.stringify(value)}`, { cause: error });
  }
  if (!read.isFinite()) throw new RangeError(`expected a finite number, was ${String(value)}`);
  return Decimal.ofLarge(read);
}
