import type { TimeframeName } from '../messages/envelope.js';
import type { DecimalCandle } from './candle.js';
import { normalFrom, seededRandom } from './random.js';
import { weatherFrom, type Weather } from './simulated-weather.js';
import { isAligned, timeframeMs } from './timeframe.js';

const HOUR_MS = 3_600_000;
/** Deviation of a one-hour log return in calm weather; other timeframes by the square root of time. */
const HOURLY_DEVIATION = 0.006;
const VOLUME_QUOTE_PER_HOUR = 2_000_000;
const OWN_DEVIATION = 0.85;
const MEAN_REGIME_CANDLES = 60;
const JUMP_CHANCE = 1 / 150;
/** Largest log return of one candle, either way. */
const LARGEST_MOVE = 0.35;
/** Pull towards the start price per squared deviation; keeps decades of candles within about ten times of it. */
const HOME_PULL = 8;
/** Pull towards the level of a range, a candle. */
const RANGE_PULL = 0.08;

const START_PRICES: Readonly<Record<string, number>> = {
  BTC: 60_000,
  ETH: 3000,
  SOL: 150,
  LTC: 80,
  XRP: 0.6,
  ADA: 0.45,
  DOGE: 0.15,
};

/** What names the path of a simulated market, and its dates. */
export interface SimulationOptions {
  seed: number;
  /** Canonical, e.g. `BTC-USDT`. */
  symbol: string;
  timeframe: TimeframeName;
  /** Open time of the first candle. */
  startMs: number;
}

/**
 * An endless made-up market: candles without a gap from `startMs` on. A pure function of the options; the path depends on
 * seed, symbol and timeframe, `startMs` only dates it.
 *
 * Each symbol goes through trends up, trends down and ranges, with jumps of its own; turbulence and the rare crash come over
 * all symbols of a seed at once. Prices have 2 decimals (4 for symbols that start below 10) and are above 0; volumes have
 * 5. A candle opens at the close before it. Callers label what they make of it as simulated.
 *
 * @throws RangeError when `startMs` is not an open time of the timeframe.
 */
export function* simulateCandles(options: SimulationOptions): Generator<DecimalCandle, never, undefined> {
  const { seed, symbol, timeframe, startMs } = options;
  if (!isAligned(startMs, timeframe)) {
    throw new RangeError(`startMs: expected an open time of a ${timeframe} candle, was ${String(startMs)}`);
  }
  const stepMs = timeframeMs(timeframe);
  const weather = weatherFrom(`${String(seed)}/${timeframe}/weather`);
  const path = new SimulatedPath(`${String(seed)}/${timeframe}/${symbol}`, symbol, stepMs);
  for (let openTimeMs = startMs; ; openTimeMs += stepMs) yield path.next(openTimeMs, weather());
}

interface Regime {
  /** Mean return a candle, in deviations; 0 in a range. */
  drift: number;
  /** Log price that a range is pulled to; undefined in a trend. */
  level: number | undefined;
  candlesLeft: number;
}

class SimulatedPath {
  readonly #random: () => number;
  readonly #normal: () => number;
  readonly #deviation: number;
  readonly #hours: number;
  readonly #places: number;
  readonly #ticksPerUnit: number;
  readonly #homeLog: number;
  #logPrice: number;
  #closeTicks: number;
  #regime: Regime = { drift: 0, level: undefined, candlesLeft: 0 };

  constructor(seed: string, symbol: string, stepMs: number) {
    this.#random = seededRandom(seed);
    this.#normal = normalFrom(this.#random);
    this.#hours = stepMs / HOUR_MS;
    this.#deviation = HOURLY_DEVIATION * Math.sqrt(this.#hours);
    const [base = ''] = symbol.split('-');
    const price = (START_PRICES[base] ?? 20 + 480 * this.#random()) * (0.9 + 0.2 * this.#random());
    this.#places = price < 10 ? 4 : 2;
    this.#ticksPerUnit = 10 ** this.#places;
    this.#homeLog = Math.log(price);
    this.#logPrice = this.#homeLog;
    this.#closeTicks = this.#ticksOf(price);
  }

  next(openTimeMs: number, weather: Weather): DecimalCandle {
    const logReturn = this.#nextReturn(weather);
    this.#logPrice += logReturn;
    const open = this.#closeTicks;
    const close = this.#ticksOf(Math.exp(this.#logPrice));
    this.#closeTicks = close;
    const wick = 0.5 * this.#deviation * weather.turbulence;
    const high = Math.max(open, close) * (1 + wick * Math.abs(this.#normal()));
    const low = Math.min(open, close) * (1 - Math.min(0.5, wick * Math.abs(this.#normal())));
    return {
      openTimeMs,
      open: this.#format(open),
      high: this.#format(Math.round(high)),
      low: this.#format(Math.max(1, Math.round(low))),
      close: this.#format(close),
      volume: this.#volume(Math.abs(logReturn) / this.#deviation, weather).toFixed(5),
    };
  }

  #nextReturn(weather: Weather): number {
    if (this.#regime.candlesLeft === 0) this.#regime = this.#nextRegime();
    const { drift, level } = this.#regime;
    this.#regime.candlesLeft -= 1;
    const noise = weather.turbulence * (drift + OWN_DEVIATION * this.#normal() + weather.sharedNoise);
    const jump = this.#random() < JUMP_CHANCE ? (this.#random() < 0.5 ? -1 : 1) * (3 + 3 * this.#random()) : 0;
    const home = HOME_PULL * this.#deviation * this.#deviation * (this.#homeLog - this.#logPrice);
    const range = level === undefined ? 0 : RANGE_PULL * (level - this.#logPrice);
    const move = this.#deviation * (noise + jump + weather.crash) + home + range;
    return Math.min(LARGEST_MOVE, Math.max(-LARGEST_MOVE, move));
  }

  #nextRegime(): Regime {
    const candlesLeft = 1 + Math.floor(-MEAN_REGIME_CANDLES * Math.log(1 - this.#random()));
    const kind = this.#random();
    const strength = 0.04 + 0.1 * this.#random();
    if (kind < 0.3) return { drift: strength, level: undefined, candlesLeft };
    if (kind < 0.6) return { drift: -strength, level: undefined, candlesLeft };
    return { drift: 0, level: this.#logPrice, candlesLeft };
  }

  #volume(moveInDeviations: number, weather: Weather): number {
    const calm = (VOLUME_QUOTE_PER_HOUR * this.#hours * this.#ticksPerUnit) / this.#closeTicks;
    return calm * Math.exp(0.4 * this.#normal()) * weather.turbulence * (1 + moveInDeviations);
  }

  #ticksOf(price: number): number {
    return Math.max(1, Math.round(price * this.#ticksPerUnit));
  }

  #format(ticks: number): string {
    return (ticks / this.#ticksPerUnit).toFixed(this.#places);
  }
}
