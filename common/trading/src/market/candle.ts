/** One candle as numbers, for indicators and strategies; prices in quote currency, volume in base currency. */
export interface Candle {
  openTimeMs: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** One candle as it was read from a file or the wire: plain decimal strings, kept verbatim. */
export interface DecimalCandle {
  openTimeMs: number;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
}

/** The conversion point from decimal text to floats: the nearest double of each field. Expects a checked candle. */
export function toCandle(candle: DecimalCandle): Candle {
  return {
    openTimeMs: candle.openTimeMs,
    open: Number(candle.open),
    high: Number(candle.high),
    low: Number(candle.low),
    close: Number(candle.close),
    volume: Number(candle.volume),
  };
}

const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;

/** True for `-?digits(.digits)?`, the only number notation that the wire takes. Hand-written: a file has millions. */
export function isPlainDecimal(text: string): boolean {
  const end = text.length;
  let at = text.charCodeAt(0) === MINUS ? 1 : 0;
  const afterInteger = skipDigits(text, at);
  if (afterInteger === at) return false;
  if (afterInteger === end) return true;
  if (text.charCodeAt(afterInteger) !== DOT) return false;
  at = afterInteger + 1;
  return at < end && skipDigits(text, at) === end;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < ZERO || code > NINE) break;
  }
  return at;
}

/**
 * Says what is wrong with a candle, or undefined when it is sound.
 *
 * Sound: five plain decimals, `low > 0`, `high >= low`, open and close inside `[low, high]`, `volume >= 0`. Compared as
 * doubles: two prices that differ only beyond 17 significant digits count as equal.
 */
export function checkCandle(candle: DecimalCandle): string | undefined {
  return findNonDecimal(candle) ?? findPriceFault(candle);
}

function findNonDecimal(candle: DecimalCandle): string | undefined {
  for (const field of ['open', 'high', 'low', 'close', 'volume'] as const) {
    if (!isPlainDecimal(candle[field])) {
      return `${field}: expected a plain decimal number, was ${JSON.stringify(candle[field])}`;
    }
  }
  return undefined;
}

/** The price and volume rules of `checkCandle` alone, for fields that are known to be plain decimals. */
export function findPriceFault(candle: DecimalCandle): string | undefined {
  const low = Number(candle.low);
  const high = Number(candle.high);
  if (low <= 0) return `low: expected a price above 0, was ${candle.low}`;
  if (high < low) return `high: expected at least the low ${candle.low}, was ${candle.high}`;
  for (const field of ['open', 'close'] as const) {
    const price = Number(candle[field]);
    if (price < low || price > high) {
      return `${field}: expected a price within [low ${candle.low}, high ${candle.high}], was ${candle[field]}`;
    }
  }
  if (Number(candle.volume) < 0) return `volume: expected 0 or more, was ${candle.volume}`;
  return undefined;
}
