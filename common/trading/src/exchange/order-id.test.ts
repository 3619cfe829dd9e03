import { describe, expect, it } from 'vitest';
import { fillIdOf, orderIdOf, requestIdOf, withoutSession } from './order-id.js';

describe('ids', () => {
  it('are functions of session, symbol, close time, leg and fill', () => {
    const requestId = requestIdOf({ sessionId: 's.1', symbol: 'BTC-USDT', closeTimeMs: 3_600_000 });
    expect(fillIdOf(orderIdOf(requestId), 1)).toBe('s.1.BTC-USDT.3600000.0.f1');
  });

  it('lose their own session in reports, and keep any other prefix', () => {
    expect(withoutSession('s.1.BTC-USDT.3600000.0', 's.1')).toBe('BTC-USDT.3600000.0');
    expect(withoutSession('manual-7', 's.1')).toBe('manual-7');
  });
});
