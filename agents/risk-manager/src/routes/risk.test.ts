import { anExposure, aRiskRequest } from '@octant/trading/testing/a-risk-request';
import { expect, test } from 'vitest';
import type { ExposureAnswer } from '../adapters/desk-exposure.js';
import { HaltView } from '../halt-view.js';
import { MemoryBus, MemoryHalts, aPolicy, aPost, stillClock } from '../testing/fakes.js';
import { VerdictMemory } from '../verdict-memory.js';
import { evaluateRisk, getRiskLimits, type RiskRouteParts } from './risk.js';

const config = {
  policy: aPolicy,
  rules: [{ type: 'min_confidence' as const, threshold: 0.6 }],
  symbols: ['BTC-USD', 'ETH-USD', 'BTC-USDT'],
};
const shortForm = { symbol: 'BTC-USD', side: 'buy', confidence: 0.9, qty: '0.5', price: '100' };

function aDesk(answer: ExposureAnswer = { exposure: anExposure() }): RiskRouteParts & { bus: MemoryBus } {
  return {
    config: () => config,
    halts: new HaltView(new MemoryHalts(), () => undefined),
    memory: new VerdictMemory(),
    exposures: { ask: () => Promise.resolve(answer) },
    bus: new MemoryBus(),
    clock: stillClock,
    keep: () => Promise.resolve(),
    onVerdict: () => undefined,
  };
}

test('decides the short form with the exposure that the portfolio tells', async () => {
  const reply = await evaluateRisk(aDesk({ exposure: anExposure({ positionQuote: '10000' }) }))(aPost(shortForm));
  expect(reply).toEqual({ status: 200, body: { requestId: 'http-1', ok: true, riskScore: 0.5025 } });
});

test('refuses the short form while nobody tells the exposure', async () => {
  const desk = aDesk({ missing: 'portfolio-manager GET /portfolio/holdings: connection refused' });
  const reply = await evaluateRisk(desk)(aPost(shortForm));
  expect(reply.body).toEqual({
    requestId: 'http-1',
    ok: false,
    code: 'no_portfolio',
    reason: 'the exposure is not known: portfolio-manager GET /portfolio/holdings: connection refused',
    riskScore: 1,
  });
});

test('a repeat of a refusal answers the same and publishes nothing twice', async () => {
  const desk = aDesk();
  const request = aRiskRequest({ qty: '11' });
  const first = await evaluateRisk(desk)(aPost(request));
  const second = await evaluateRisk(desk)(aPost(request));
  expect(second).toEqual(first);
  expect(desk.bus.messages.map(({ stream }) => stream)).toEqual(['audit.events', 'notify.events']);
});

test('a request id that stood for another order is refused', async () => {
  const desk = aDesk();
  await evaluateRisk(desk)(aPost(aRiskRequest()));
  const again = Promise.resolve(evaluateRisk(desk)(aPost(aRiskRequest({ qty: '2' }))));
  await expect(again).rejects.toMatchObject({ code: 'request_id_reused', status: 409 });
});

test('a halt in between makes a repeat a new question', async () => {
  const desk = aDesk();
  const evaluate = evaluateRisk(desk);
  expect((await evaluate(aPost(aRiskRequest()))).body).toMatchObject({ ok: true });
  desk.halts.learn({ haltVersion: 1, halted: true, reason: null });
  expect((await evaluate(aPost(aRiskRequest()))).body).toMatchObject({ ok: false, code: 'halted' });
});

test('knows a symbol in every spelling, and names the nearest for an unknown one', async () => {
  const evaluate = evaluateRisk(aDesk());
  expect((await evaluate(aPost({ ...shortForm, symbol: 'btc/usdt' }))).body).toMatchObject({ ok: true });
  await expect(evaluate(aPost({ ...shortForm, symbol: 'BTX-USD' }))).rejects.toMatchObject({
    code: 'unknown_symbol',
    status: 422,
    message: 'symbol: expected a listed symbol, was "BTX-USD"; the nearest is BTC-USD',
  });
});

test('is behind when the caller knows of a later halt', async () => {
  const asked = Promise.resolve(evaluateRisk(aDesk())(aPost(aRiskRequest({ haltVersion: 7 }))));
  await expect(asked).rejects.toMatchObject({ code: 'behind', status: 409 });
});

test('shows limits, rules, halt and profile shares', async () => {
  const desk = aDesk();
  desk.halts.learn({ haltVersion: 3, halted: true, reason: 'daily_loss' });
  expect(await getRiskLimits(desk)(aPost(undefined))).toEqual({
    status: 200,
    body: {
      limits: { maxPositionQuote: '20000', maxOrderQuote: '1000', maxDailyLossRatio: 0.02 },
      rules: [{ type: 'min_confidence', threshold: 0.6 }],
      halt: { haltVersion: 3, halted: true, reason: 'daily_loss' },
      riskProfiles: { conservative: 0.25, moderate: 0.5, aggressive: 1 },
    },
  });
});
