import { describe, expect, it } from 'vitest';
import { riskManagerConfig } from '../config/agent-configs.js';
import { anExposure, aRiskRequest } from '../testing/a-risk-request.js';
import { decideRisk } from './decide-risk.js';
import { REFUSAL_CODES } from './refusals.js';
import type { RiskInput } from './risk-input.js';
import { riskPolicyOf } from './risk-policy.js';

const policy = riskPolicyOf(
  riskManagerConfig.parse({
    limits: { max_position_usd: 500, max_order_usd: 200, max_daily_loss_pct: 2 },
    rules: [
      { type: 'min_confidence', threshold: 0.6 },
      { type: 'trading_window', start: '08:00', end: '17:59' },
    ],
  }),
);
const NOON_MS = Date.UTC(2024, 0, 1, 12);
const aRisk = (fields: Partial<RiskInput> = {}): RiskInput => ({
  ...aRiskRequest({ atMs: NOON_MS }),
  halted: false,
  ...fields,
});
const codeOf = (fields: Partial<RiskInput>): string => {
  const decision = decideRisk(aRisk(fields), policy);
  return decision.ok ? 'ok' : decision.code;
};

/** One input that each rule alone refuses. */
const REFUSED: Readonly<Record<(typeof REFUSAL_CODES)[number], Partial<RiskInput>>> = {
  bad_quantity: { qty: '0' },
  short_not_allowed: { side: 'sell', qty: '0.5' },
  halted: { halted: true },
  daily_loss: { exposure: anExposure({ dayPnlRatio: -0.02 }) },
  trading_window: { atMs: Date.UTC(2024, 0, 1, 7, 59, 59, 999) },
  min_confidence: { confidence: 0.59 },
  max_order: { qty: '2.01' },
  max_position: { exposure: anExposure({ positionQuote: '300', openBuyQuote: '100.01' }) },
};

describe('decideRisk', () => {
  it('approves an order that no rule refuses, with the largest used share of a limit as score', () => {
    expect(decideRisk(aRisk({ exposure: anExposure({ positionQuote: '300', dayPnlRatio: -0.005 }) }), policy)).toEqual({
      ok: true,
      riskScore: 0.8,
      approval: { requestId: 's1.BTC-USDT.1704070800000', riskScore: 0.8 },
    });
  });

  it.each(REFUSAL_CODES)('refuses with code %s', (code) => {
    expect(codeOf(REFUSED[code])).toBe(code);
  });

  it('names the expected and the found value', () => {
    expect(decideRisk(aRisk({ qty: '2.01' }), policy)).toEqual({
      ok: false,
      riskScore: 1,
      code: 'max_order',
      reason: 'expected a notional of at most 200, was 201',
    });
  });

  it('lets what lies exactly on a limit pass', () => {
    expect(codeOf({ qty: '2', exposure: anExposure({ positionQuote: '300' }) })).toBe('ok');
    expect(codeOf({ confidence: 0.6 })).toBe('ok');
    expect(codeOf({ exposure: anExposure({ dayPnlRatio: -0.0199 }) })).toBe('ok');
  });

  it('includes the first and the last minute of the trading window', () => {
    expect(codeOf({ atMs: Date.UTC(2024, 0, 1, 8) })).toBe('ok');
    expect(codeOf({ atMs: Date.UTC(2024, 0, 1, 17, 59, 59, 999) })).toBe('ok');
    expect(codeOf({ atMs: Date.UTC(2024, 0, 1, 18) })).toBe('trading_window');
  });

  it('lets a window with its start after its end run over midnight', () => {
    const night = riskPolicyOf(
      riskManagerConfig.parse({ rules: [{ type: 'trading_window', start: '22:00', end: '05:59' }] }),
    );
    const at = (hour: number): boolean => decideRisk(aRisk({ atMs: Date.UTC(2024, 0, 1, hour) }), night).ok;
    expect([21, 22, 0, 5, 6].map(at)).toEqual([false, true, true, true, false]);
  });

  it('lets a sell up to the position pass halts, losses, hours and size limits', () => {
    const reducing: Partial<RiskInput> = {
      side: 'sell',
      qty: '10',
      halted: true,
      atMs: Date.UTC(2024, 0, 1),
      exposure: anExposure({ positionQty: '10', positionQuote: '1000', dayPnlRatio: -0.5 }),
    };
    expect(decideRisk(aRisk(reducing), policy)).toEqual({
      ok: true,
      riskScore: 0,
      approval: { requestId: 's1.BTC-USDT.1704070800000', riskScore: 0 },
    });
    expect(codeOf({ ...reducing, qty: '10.1' })).toBe('short_not_allowed');
  });

  it('refuses nothing by confidence or hours when no such rule is configured', () => {
    const bare = riskPolicyOf(riskManagerConfig.parse({}));
    expect(bare).toEqual({
      maxPositionQuote: '20000',
      maxOrderQuote: '1000',
      maxDailyLossRatio: 0.02,
      minConfidence: 0,
      tradingWindows: [],
    });
    expect(decideRisk(aRisk({ confidence: 0, atMs: 0 }), bare).ok).toBe(true);
  });
});
