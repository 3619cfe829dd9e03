import { anExposure, aRiskRequest } from '@octant/trading/testing/a-risk-request';
import { expect, test } from 'vitest';
import { HaltView } from '../halt-view.js';
import { MemoryHalts, aPolicy, anIncoming, stillClock } from '../testing/fakes.js';
import type { Verdict } from '../verdict.js';
import { VerdictMemory } from '../verdict-memory.js';
import { onRiskRequest, type RiskRequestParts } from './on-risk-request.js';

const ts = '2024-01-01T01:00:01.000Z';
const traceId = '0af7651916cd43dd8448eb211c80319c';

function aDesk(fields: Partial<RiskRequestParts> = {}): RiskRequestParts & { verdicts: Verdict[] } {
  const verdicts: Verdict[] = [];
  return {
    halts: new HaltView(new MemoryHalts(), () => undefined),
    policy: () => aPolicy,
    memory: new VerdictMemory(),
    clock: stillClock,
    keep: () => Promise.resolve(),
    onVerdict: (verdict) => verdicts.push(verdict),
    verdicts,
    ...fields,
  };
}

function ask(fields: Parameters<typeof aRiskRequest>[0], desk: RiskRequestParts) {
  return onRiskRequest(anIncoming('risk.requests', aRiskRequest(fields)), desk);
}

test('approves an order within the limits, and writes it into the audit', async () => {
  const result = await ask({}, aDesk());
  const requestId = 's1.BTC-USDT.1704070800000';
  const facts = { symbol: 'BTC-USDT', side: 'buy', qty: '1', price: '100', confidence: 0.8 };
  expect(result.messages).toEqual([
    {
      stream: 'risk.responses',
      type: 'risk_response',
      payload: { requestId, ok: true, riskScore: 0.1, sessionId: 's1', ts, traceId },
    },
    {
      stream: 'audit.events',
      type: 'risk.approved',
      id: `risk:${requestId}:approved`,
      payload: {
        eventId: `risk:${requestId}:approved`,
        actor: 'risk-manager',
        action: 'risk.approved',
        subject: requestId,
        details: { ...facts, riskScore: 0.1, haltVersion: 0, sessionId: 's1' },
        atMs: 1_704_070_800_000,
        requestId,
        ts,
        traceId,
      },
    },
  ]);
});

test('refuses an order above the limit with a warning notice', async () => {
  const result = await ask({ qty: '11' }, aDesk());
  const [response, audit, notice] = result.messages ?? [];
  expect(response?.payload).toMatchObject({ ok: false, code: 'max_order', riskScore: 1 });
  expect(audit).toMatchObject({ stream: 'audit.events', type: 'risk.refused' });
  expect(notice).toMatchObject({
    stream: 'notify.events',
    id: 'risk_reject:s1.BTC-USDT.1704070800000:max_order',
    payload: {
      type: 'risk_reject',
      severity: 'warning',
      context: { symbol: 'BTC-USDT', code: 'max_order', qty: '11' },
    },
  });
});

test('while halted refuses new exposure and lets a reducing order pass', async () => {
  const desk = aDesk();
  desk.halts.learn({ haltVersion: 1, halted: true, reason: 'maintenance' });
  const buy = await ask({ haltVersion: 1 }, desk);
  const sell = await ask(
    { requestId: 'r2', side: 'sell', haltVersion: 1, exposure: anExposure({ positionQty: '1', positionQuote: '100' }) },
    desk,
  );
  expect(buy.messages?.[0]?.payload).toMatchObject({ ok: false, code: 'halted' });
  expect(sell.messages?.[0]?.payload).toMatchObject({ ok: true, riskScore: 0 });
});

test('a request that knows of an unhalt not seen here waits for it', async () => {
  await expect(ask({ haltVersion: 4 }, aDesk())).rejects.toMatchObject({ code: 'behind', name: 'TransientError' });
});

test('answers a repeat as the first time although the limits were changed', async () => {
  let policy = aPolicy;
  const desk = aDesk({ policy: () => policy });
  const first = await ask({}, desk);
  first.onCommitted?.();
  policy = { ...aPolicy, maxOrderQuote: '50' };
  const second = await ask({}, desk);
  expect(second.messages).toEqual(first.messages);
});

test('counts a decision only when its commit took effect', async () => {
  const desk = aDesk();
  const result = await ask({ confidence: 0.1 }, desk);
  expect(desk.verdicts).toEqual([]);
  result.onCommitted?.();
  expect(desk.verdicts).toMatchObject([{ ok: false, code: 'min_confidence' }]);
});
