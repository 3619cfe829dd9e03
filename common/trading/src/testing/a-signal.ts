import type { AnalysisSignal } from '../messages/analysis.js';

/** A confident buy signal of session `s1` at a close of 100, 2024-01-01T01:00Z. */
export function aSignal(fields: Partial<AnalysisSignal> = {}): AnalysisSignal {
  return {
    requestId: 's1.BTC-USDT.1704070800000',
    sessionId: 's1',
    symbol: 'BTC-USDT',
    closeTimeMs: 1_704_070_800_000,
    strategy: 'momentum',
    side: 'buy',
    confidence: 0.8,
    price: '100',
    ts: '2024-01-01T01:00:00.000Z',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    ...fields,
  };
}
