import { describe, expect, it } from 'vitest';
import { dayLimitsOf, decideDayHalt } from './decide-halt.js';

const limits = dayLimitsOf({ daily_target_pct: 1, max_daily_loss_pct: 2 });

describe('decideDayHalt', () => {
  it('halts when the target or the loss limit is touched, and not before', () => {
    expect([0.00999, 0.01, 0.2, -0.01999, -0.02, -0.5, 0].map((ratio) => decideDayHalt(ratio, limits))).toEqual([
      undefined,
      'daily_target',
      'daily_target',
      undefined,
      'daily_loss',
      'daily_loss',
      undefined,
    ]);
  });
});
