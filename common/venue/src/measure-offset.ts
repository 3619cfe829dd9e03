import type { Clock } from '@octant/platform/time/clock';
import {
  medianOffsetMs,
  middleOf,
  narrowRange,
  offsetRangeOf,
  waitForStepMs,
  type ClockSample,
} from './clock-offset.js';

const MEDIAN_SAMPLES = 5;
/** Each halves what is not known of a clock of whole seconds: 1 s to 16 ms. */
const COARSE_SAMPLES = 6;

/** A clock that is looked at from afar. */
export interface FarClock {
  /** How coarse the time is that it tells. */
  readonly clockResolutionMs: number;
  lookAtClock(): Promise<ClockSample>;
}

/** The far clock less ours; of a coarse one looks are timed for the moments at which it turns, so that it takes a while. */
export async function measureOffsetMs(far: FarClock, clock: Clock): Promise<number> {
  const { clockResolutionMs } = far;
  if (clockResolutionMs > 1) return coarseOffsetMs(far, clock);
  const samples: ClockSample[] = [];
  while (samples.length < MEDIAN_SAMPLES) samples.push(await far.lookAtClock());
  return medianOffsetMs(samples);
}

async function coarseOffsetMs(far: FarClock, clock: Clock): Promise<number> {
  const { clockResolutionMs } = far;
  let range = offsetRangeOf(await far.lookAtClock(), clockResolutionMs);
  for (let looks = 1; looks < COARSE_SAMPLES; looks++) {
    await clock.sleep(waitForStepMs(range, clock.now(), clockResolutionMs));
    range = narrowRange(range, offsetRangeOf(await far.lookAtClock(), clockResolutionMs));
  }
  return middleOf(range);
}
