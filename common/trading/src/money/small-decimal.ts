const MINUS = 45;
const ZERO = 48;
/** So many digits are a safe integer whatever they are. */
const MOST_DIGITS = 15;

/** `mantissa / 10^scale`: the mantissa a safe integer and never -0, the scale a whole number from 0 on. */
export interface SmallDecimal {
  readonly mantissa: number;
  readonly scale: number;
}

/** Reads `-?digits(.digits)?` of up to 15 digits; undefined for any other text. Zeros at the end of a fraction are left out. */
export function readSmallDecimal(text: string): SmallDecimal | undefined {
  const first = text.charCodeAt(0) === MINUS ? 1 : 0;
  const dot = text.indexOf('.', first);
  const { length } = text;
  if (length - first > (dot < 0 ? MOST_DIGITS : MOST_DIGITS + 1)) return undefined;
  let mantissa = readDigits(text, { from: first, to: dot < 0 ? length : dot, before: 0 });
  let scale = 0;
  if (dot >= 0) {
    const end = withoutZeros(text, dot + 1);
    if (dot === length - 1) return undefined;
    if (end > dot + 1) mantissa = readDigits(text, { from: dot + 1, to: end, before: mantissa });
    scale = end - dot - 1;
  }
  if (Number.isNaN(mantissa)) return undefined;
  return { mantissa: first === 1 ? 0 - mantissa : mantissa, scale };
}

/** The digits appended to a number; NaN when there is none, or something else among them. */
function readDigits(text: string, { from, to, before }: { from: number; to: number; before: number }): number {
  if (from >= to) return Number.NaN;
  let value = before;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
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
