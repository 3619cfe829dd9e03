const MINUS = 45;
const ZERO = 48;
/** So many digits are a safe integer whatever they are. */
const MOST_DIGITS = 15;

/** Reads decimals as `mantissa / 10^scale`. What was read last stays in its fields: there are too many for an object each. */
export class SmallDecimalReader {
  /** A safe integer, never -0. */
  mantissa = 0;
  /** A whole number from 0 on. */
  scale = 0;

  /** Reads `-?digits(.digits)?` of up to 15 digits, without the zeros at the end of a fraction; false for any other text. */
  read(text: string): boolean {
    const first = text.charCodeAt(0) === MINUS ? 1 : 0;
    const dot = text.indexOf('.', first);
    const { length } = text;
    if (length - first > (dot < 0 ? MOST_DIGITS : MOST_DIGITS + 1)) return false;
    this.mantissa = 0;
    this.scale = 0;
    if (!this.#append(text, first, dot < 0 ? length : dot)) return false;
    if (dot >= 0) {
      const end = withoutZeros(text, dot + 1);
      if (dot === length - 1 || (end > dot + 1 && !this.#append(text, dot + 1, end))) return false;
      this.scale = end - dot - 1;
    }
    if (first === 1) this.mantissa = 0 - this.mantissa;
    return true;
  }

  /** Appends digits to the mantissa; false when there is none, or something else among them. */
  #append(text: string, from: number, to: number): boolean {
    if (from >= to) return false;
    let value = this.mantissa;
    for (let at = from; at < to; at += 1) {
      const digit = text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) return false;
      value = value * 10 + digit;
    }
    this.mantissa = value;
    return true;
  }
}

/** Where the text ends without the zeros at its end, `from` at least. */
function withoutZeros(text: string, from: number): number {
  let end = text.length;
  while (end > from && text.charCodeAt(end - 1) === ZERO) end -= 1;
  return end;
}

/** Plain notation without zeros at the end of a fraction: `0.015`. */
export function smallDecimalText(mantissa: number, scale: number): string {
  if (scale === 0) return String(mantissa);
  const digits = String(Math.abs(mantissa)).padStart(scale + 1, '0');
  const point = digits.length - scale;
  const end = withoutZeros(digits, point);
  const sign = mantissa < 0 ? '-' : '';
  return end === point ? sign + digits.slice(0, point) : `${sign}${digits.slice(0, point)}.${digits.slice(point, end)}`;
}
