import type { TimeframeName } from '../messages/envelope.js';
import { checkCandle, type DecimalCandle } from './candle.js';
import { countMissing, findGaps } from './find-gaps.js';
import { findTimeframeFault } from './infer-timeframe.js';
import { isAligned, timeframeMs } from './timeframe.js';

/** What makes a run of candles unfit to be used. */
export const CANDLE_FAULTS = [
  'unreadable',
  'misaligned',
  'backwards',
  'duplicate',
  'unsound',
  'wrongTimeframe',
] as const;
export type CandleFault = (typeof CANDLE_FAULTS)[number];

/** What is worth a look, though candles of a real market may have it. */
export const CANDLE_REMARKS = ['gap', 'zeroVolumeRun', 'outlier'] as const;
export type CandleRemark = (typeof CANDLE_REMARKS)[number];

/** Candles without volume in a row that make a run. */
export const ZERO_VOLUME_RUN = 10;
/** An outlier's high or low is this many times further from the close before than the median candle's ... */
export const OUTLIER_TIMES = 40;
/** ... and at least this far, as the natural logarithm of the ratio of the two prices. */
export const OUTLIER_LEAST = 0.03;

/** One thing that was found. */
export interface CandleFinding {
  /** Line of the file, the header being 1; null where the candle comes from no file. */
  readonly line: number | null;
  /** Open time, epoch ms; null where there is none that can be read. */
  readonly openTimeMs: number | null;
  readonly reason: string;
}

/** How many there are, and the first few of them in the order of the run. */
export interface CandleFindings {
  readonly count: number;
  readonly first: readonly CandleFinding[];
}

export interface CandleAuditReport {
  /** Sound candles, each open time once. */
  readonly candles: number;
  /** Of the sound candles, epoch ms; null when there is none. */
  readonly firstOpenTimeMs: number | null;
  readonly lastOpenTimeMs: number | null;
  /** Candles missing in all the gaps between the first and the last. */
  readonly missing: number;
  readonly zeroVolume: number;
  readonly faults: Readonly<Record<CandleFault, CandleFindings>>;
  readonly remarks: Readonly<Record<CandleRemark, CandleFindings>>;
  /** No fault. */
  readonly isSound: boolean;
}

class Findings implements CandleFindings {
  count = 0;
  readonly first: CandleFinding[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(finding: CandleFinding): void {
    this.count += 1;
    if (this.first.length < this.#most) this.first.push(finding);
  }
}

/** Looks at candles one by one, in the order in which they are kept, and reports all that is wrong or strange. */
export class CandleAudit {
  readonly #timeframe: TimeframeName;
  readonly #stepMs: number;
  readonly #faults: Record<CandleFault, Findings>;
  readonly #remarks: Record<CandleRemark, Findings>;
  /** Of the sound candles, ascending. */
  readonly #times: number[] = [];
  /** How far each went from the close before it; NaN where its predecessor is missing. */
  readonly #moves: number[] = [];
  readonly #lines: (number | null)[] = [];
  #lastClose = Number.NaN;
  #zeroVolume = 0;
  #run = 0;

  /** @param options `shown`: findings of each kind that the report names, the others are only counted; default 5. */
  constructor(timeframe: TimeframeName, options: { shown?: number } = {}) {
    this.#timeframe = timeframe;
    this.#stepMs = timeframeMs(timeframe);
    const shown = options.shown ?? 5;
    const findings = (): Findings => new Findings(shown);
    this.#faults = {
      unreadable: findings(),
      misaligned: findings(),
      backwards: findings(),
      duplicate: findings(),
      unsound: findings(),
      wrongTimeframe: findings(),
    };
    this.#remarks = { gap: findings(), zeroVolumeRun: findings(), outlier: findings() };
  }

  /** A line that gave no candle. */
  addFault(fault: CandleFault, finding: CandleFinding): void {
    this.#faults[fault].add(finding);
  }

  /** The next candle of the run. */
  add(candle: DecimalCandle, line: number | null = null): void {
    const { openTimeMs } = candle;
    const last = this.#times.at(-1);
    if (!isAligned(openTimeMs, this.#timeframe)) {
      const reason = `expected an open time of a ${this.#timeframe} candle, was ${describe(openTimeMs)}`;
      this.addFault('misaligned', { line, openTimeMs, reason });
      return;
    }
    if (last !== undefined && openTimeMs <= last) {
      const fault = openTimeMs === last ? 'duplicate' : 'backwards';
      const reason =
        fault === 'duplicate'
          ? `expected each time once, was ${describe(openTimeMs)} again`
          : `expected a time after ${describe(last)}, was ${describe(openTimeMs)}`;
      this.addFault(fault, { line, openTimeMs, reason });
      return;
    }
    const reason = checkCandle(candle);
    if (reason !== undefined) this.addFault('unsound', { line, openTimeMs, reason });
    else this.#take(candle, line);
  }

  finish(): CandleAuditReport {
    this.#endRun();
    const missing = this.#findGaps();
    this.#findOutliers();
    const wrong = findTimeframeFault(this.#times, this.#timeframe);
    if (wrong !== undefined) this.addFault('wrongTimeframe', { line: null, openTimeMs: null, reason: wrong });
    return {
      candles: this.#times.length,
      firstOpenTimeMs: this.#times[0] ?? null,
      lastOpenTimeMs: this.#times.at(-1) ?? null,
      missing,
      zeroVolume: this.#zeroVolume,
      faults: this.#faults,
      remarks: this.#remarks,
      isSound: CANDLE_FAULTS.every((fault) => this.#faults[fault].count === 0),
    };
  }

  #take(candle: DecimalCandle, line: number | null): void {
    const follows = this.#times.at(-1) === candle.openTimeMs - this.#stepMs;
    const before = this.#lastClose;
    this.#moves.push(follows ? moveFrom(before, candle) : Number.NaN);
    this.#lastClose = Number(candle.close);
    if (Number(candle.volume) === 0) {
      this.#zeroVolume += 1;
      if (!follows) this.#endRun();
      this.#run += 1;
    } else {
      this.#endRun();
    }
    this.#times.push(candle.openTimeMs);
    this.#lines.push(line);
  }

  /** The run of candles without volume that the newest one may be the last of is over. */
  #endRun(): void {
    const start = this.#times.length - this.#run;
    if (this.#run >= ZERO_VOLUME_RUN) {
      const reason = `${String(this.#run)} candles without volume up to ${describe(this.#times.at(-1) ?? 0)}`;
      this.#remarks.zeroVolumeRun.add({ ...this.#at(start), reason });
    }
    this.#run = 0;
  }

  /** Candles that are missing in all of them. */
  #findGaps(): number {
    const gaps = findGaps(this.#times, { timeframe: this.#timeframe });
    let index = 0;
    for (const { fromMs, toMs, missing } of gaps) {
      while ((this.#times[index] ?? toMs) < toMs) index += 1;
      const reason = `${String(missing)} missing from ${describe(fromMs)} on`;
      this.#remarks.gap.add({ ...this.#at(index), reason });
    }
    return countMissing(gaps);
  }

  #findOutliers(): void {
    const known = Float64Array.from(this.#moves.filter((move) => !Number.isNaN(move))).sort();
    const median = known[known.length >>> 1] ?? 0;
    const bound = Math.max(OUTLIER_LEAST, OUTLIER_TIMES * median);
    for (const [index, move] of this.#moves.entries()) {
      if (!(move > bound)) continue;
      const percent = (Math.expm1(move) * 100).toFixed(1);
      const times = median === 0 ? '' : `, ${(move / median).toFixed(0)} times the median`;
      this.#remarks.outlier.add({ ...this.#at(index), reason: `${percent} % from the close before${times}` });
    }
  }

  #at(index: number): Pick<CandleFinding, 'line' | 'openTimeMs'> {
    return { line: this.#lines[index] ?? null, openTimeMs: this.#times[index] ?? null };
  }
}

function moveFrom(before: number, { high, low }: DecimalCandle): number {
  return Math.max(Math.abs(Math.log(Number(high) / before)), Math.abs(Math.log(before / Number(low))));
}

function describe(timeMs: number): string {
  const isDate = Math.abs(timeMs) <= 8.64e15;
  return isDate ? `${String(timeMs)} (${new Date(timeMs).toISOString()})` : String(timeMs);
}
