const MINUS = 45;
const DOT = 46;
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
  const { length } = text;
  const first = text.charCodeAt(0) === MINUS ? 1 : 0;
  let mantissa = 0;
  let dot = -1;
  /** Value and place of the last digit that is not 0 after the dot, or of the last one before it. */
  let kept = 0;
  let keptAt = -1;
  for (let at = first; at < length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      if (dot < 0 || digit !== 0) {
        kept = mantissa;
        keptAt = at;
      }
    } else if (digit === DOT - ZERO && dot < 0 && at > first) {
      dot = at;
    } else return undefined;
  }
  if (keptAt < 0 || dot === length - 1 || length - first > MOST_DIGITS + 1) return undefined;
  if (dot < 0 && length - first > MOST_DIGITS) return undefined;
  return { mantissa: first === 1 && kept !== 0 ? -kept : kept, scale: dot < 0 || keptAt < dot ? 0 : keptAt - dot };
}

/** Plain notation without zeros at the end of a fraction: `0.015`. */
export function smallDecimalText(mantissa: number, scale: number): string {
  if (scale === 0) return String(mantissa);
  const digits = String(Math.abs(mantissa)).padStart(scale + 1, '0');
  const point = digits.length - scale;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  const sign = mantissa < 0 ? '-' : '';
  return end === point ? sign + digits.slice(0, point) : `${sign}${digits.slice(0, point)}.${digits.slice(point, end)}`;
}
