import { analyzeCommand } from '@octant/trading/messages/orchestrator-commands';
import { analysisProgress, analysisSignal } from '@octant/trading/messages/analysis';
import { expect, test } from 'vitest';
import type { Verdict } from '../signals/evaluators.js';
import { onAnalyze } from './on-analyze.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const now = '2024-01-01T01:00:00.000Z';
const payload = analyzeCommand.parse({
  type: 'analyze',
  requestId: 's.BTC-USDT.3600000',
  symbol: 'BTC-USDT',
  sessionId: 's',
  strategy: 'momentum',
  source: 'replay',
  timeframe: '1h',
  historyFromMs: 0,
  closeTimeMs: 3_600_000,
  ts: now,
  traceId,
});
const message = { id: 'a', stream: 'orchestrator.commands', entryId: '1-0', payload, traceId, deliveries: 1 };

function answering(verdict: Verdict) {
  return onAnalyze({ analyst: { analyze: () => Promise.resolve(verdict) }, now: () => now })(message);
}

const common = {
  requestId: 's.BTC-USDT.3600000',
  sessionId: 's',
  symbol: 'BTC-USDT',
  closeTimeMs: 3_600_000,
  strategy: 'momentum',
  ts: now,
  traceId,
};

test('a candle without a signal makes progress alone', async () => {
  const { messages } = await answering({ signal: 'none', price: '10.0', closeTimeMs: 3_600_000 });
  expect(messages).toEqual([{ stream: 'analysis.progress', type: 'progress', payload: { ...common, signal: 'none' } }]);
});

test('a buy is published before the progress that names it', async () => {
  const { messages = [] } = await answering({ signal: 'buy', confidence: 0.7, price: '10.50', closeTimeMs: 3_600_000 });
  expect(messages).toEqual([
    {
      stream: 'analysis.signals',
      type: 'signal',
      payload: { ...common, side: 'buy', confidence: 0.7, price: '10.50' },
    },
    { stream: 'analysis.progress', type: 'progress', payload: { ...common, signal: 'buy' } },
  ]);
  expect(analysisSignal.safeParse(messages[0]?.payload).success).toBe(true);
  expect(analysisProgress.safeParse(messages[1]?.payload).success).toBe(true);
});

test('the exits of a buy travel with its signal', async () => {
  const exits = { stopPrice: '10.25', maxCandles: 5 };
  const verdict = { signal: 'buy', confidence: 0.7, price: '10.50', closeTimeMs: 3_600_000, exits } as const;
  const { messages = [] } = await answering(verdict);
  expect(analysisSignal.parse(messages[0]?.payload)).toEqual({
    ...common,
    side: 'buy',
    confidence: 0.7,
    price: '10.50',
    exits,
  });
});
