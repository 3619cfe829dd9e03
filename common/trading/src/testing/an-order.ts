import type { PaperOrder } from '../exchange/paper-exchange.js';

/** A buy of 1 BTC-USDT decided at a close of 100, 2024-01-01T01:00Z. */
export function anOrder(fields: Partial<PaperOrder> = {}): PaperOrder {
  return {
    orderId: 's1.BTC-USDT.1704070800000.0',
    symbol: 'BTC-USDT',
    side: 'buy',
    qty: '1',
    referencePrice: '100',
    notBeforeMs: 1_704_070_800_000,
    timeframe: '1h',
    ...fields,
  };
}
