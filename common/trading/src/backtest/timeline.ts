import type { DecimalColumns } from '../market/candle-columns.js';

/** The steps of several series: each open time that one of them has, in rising time. */
export interface Timeline {
  /** How many steps there are. */
  readonly length: number;
  /** By step. */
  readonly openTimeMs: Float64Array;
  /**
   * By series, then by step: the row of its candle, -1 where it has none. Undefined for all when every series has a candle
   * at every step, so that the row is the step.
   */
  readonly rows: readonly Int32Array[] | undefined;
}

/** The steps of series of strictly rising open times. Without gaps it takes no memory of its own. */
export function timelineOf(series: readonly DecimalColumns[]): Timeline {
  const [first] = series;
  if (first === undefined) return { length: 0, openTimeMs: new Float64Array(0), rows: undefined };
  if (series.every((one) => haveSameTimes(one, first))) {
    return { length: first.length, openTimeMs: first.openTimeMs, rows: undefined };
  }
  return merge(series, countSteps(series));
}

/** The row of a series at a step; -1 where it has no candle. */
export function rowOfStep({ rows }: Timeline, index: number, step: number): number {
  return rows === undefined ? step : (rows[index]?.[step] ?? -1);
}

function haveSameTimes(one: DecimalColumns, other: DecimalColumns): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let row = 0; row < one.length; row += 1) if (one.openTimeMs[row] !== other.openTimeMs[row]) return false;
  return true;
}

function countSteps(series: readonly DecimalColumns[]): number {
  let steps = 0;
  walk(series, () => {
    steps += 1;
  });
  return steps;
}

function merge(series: readonly DecimalColumns[], length: number): Timeline {
  const openTimeMs = new Float64Array(length);
  const rows = series.map(() => new Int32Array(length).fill(-1));
  let step = 0;
  walk(series, (timeMs, next) => {
    openTimeMs[step] = timeMs;
    for (let index = 0; index < rows.length; index += 1) {
      const row = next[index] ?? 0;
      const own = rows[index];
      if (own !== undefined && series[index]?.openTimeMs[row] === timeMs) own[step] = row;
    }
    step += 1;
  });
  return { length, openTimeMs, rows };
}

/** Calls `visit` with each open time and the first row of each series that does not open before it. */
function walk(series: readonly DecimalColumns[], visit: (timeMs: number, next: Int32Array) => void): void {
  const next = new Int32Array(series.length);
  for (;;) {
    let earliest = Infinity;
    for (let index = 0; index < series.length; index += 1) {
      earliest = Math.min(earliest, series[index]?.openTimeMs[next[index] ?? 0] ?? Infinity);
    }
    if (earliest === Infinity) return;
    visit(earliest, next);
    for (let index = 0; index < series.length; index += 1) {
      const row = next[index] ?? 0;
      if (series[index]?.openTimeMs[row] === earliest) next[index] = row + 1;
    }
  }
}
