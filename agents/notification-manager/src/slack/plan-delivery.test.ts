import { expect, test } from 'vitest';
import { planDelivery } from './plan-delivery.js';

const settings = { min_severity: 'warning' as const, channels: {}, timeout_ms: 1000, give_up_after_hours: 24 };

test('a notice below min_severity is skipped', () => {
  expect(planDelivery('info', { info: 'http://x' }, settings)).toEqual({
    state: 'skipped',
    reason: 'below min_severity warning',
  });
});

test('a notice whose severity has no webhook is skipped', () => {
  expect(planDelivery('critical', { warning: 'http://x' }, settings)).toEqual({
    state: 'skipped',
    reason: 'no webhook for critical',
  });
});

test('any other notice waits for its delivery', () => {
  expect(planDelivery('critical', { critical: 'http://x' }, settings)).toEqual({ state: 'pending', reason: null });
});
