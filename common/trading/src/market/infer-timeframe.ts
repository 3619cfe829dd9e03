import { timeframeName, type TimeframeName } from '../messages/envelope.js';
import { timeframeMs } from './timeframe.js';

/** Candles below which a distance says nothing of the timeframe: a quiet market may leave out as many. */
const LEAST_CANDLES = 10;

/**
 * Shortest distance between two neighbours, in ms; undefined with fewer than ten candles.
 *
 * @param openTimesMs ascending open times, epoch ms; equal ones do not count.
 */
export function shortestStepMs(openTimesMs: ArrayLike<number>): number | undefined {
  if (openTimesMs.length < LEAST_CANDLES) return undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (let index = 1; index < openTimesMs.length; index += 1) {
    const step = (openTimesMs[index] ?? 0) - (openTimesMs[index - 1] ?? 0);
    if (step > 0 && step < shortest) shortest = step;
  }
  return Number.isFinite(shortest) ? shortest : undefined;
}

/** The timeframe of candles that lie so far apart; undefined when there is none of that length. */
export function timeframeOfStep(stepMs: number): TimeframeName | undefined {
  return timeframeName.options.find((name) => timeframeMs(name) === stepMs);
}

/**
 * Says that candles are of a longer timeframe than the one they are taken for, or undefined when they may be of it. A
 * shorter one shows by open times off the grid.
 *
 * @param openTimesMs ascending open times on the timeframe's grid, epoch ms.
 */
export function findTimeframeFault(openTimesMs: ArrayLike<number>, timeframe: TimeframeName): string | undefined {
  const shortest = shortestStepMs(openTimesMs);
  if (shortest === undefined || shortest <= timeframeMs(timeframe)) return undefined;
  const name = timeframeOfStep(shortest);
  const looks = name === undefined ? '' : `, which looks like ${name}`;
  return `expected ${timeframe} candles, was none nearer to the next than ${String(shortest)} ms${looks}`;
}
