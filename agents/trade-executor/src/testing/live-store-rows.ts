import type { LiveFillRow } from '../adapters/live-store.js';
import type { FoundDifference } from '../live/difference.js';
import type { LiveIntent } from '../live/live-order.js';
import type { VenueFill } from '@octant/venue/venue';

/** 2024-01-01T01:00Z. */
export const AT_MS = 1_704_070_800_000;
export const ACCOUNT = { exchange: 'binance', quoteCurrency: 'USDT', startEquityQuote: '1000' };

/** A buy of 1 BTC-USDT at about 100. */
export function aLiveIntent(fields: Partial<LiveIntent> = {}): LiveIntent {
  const orderId = fields.orderId ?? 'o1';
  return {
    orderId,
    clientOrderId: `c-${orderId}`,
    symbol: 'BTC-USDT',
    side: 'buy',
    qty: '1',
    kind: { type: 'market' },
    reduceOnly: false,
    referencePrice: '100',
    reservePrice: fields.side === 'sell' ? '0' : '101',
    notBeforeMs: AT_MS,
    timeframe: '1h',
    requestId: 'r1',
    sessionId: 's1',
    traceId: 't1',
    haltVersion: 0,
    approval: { requestId: 'r1', riskScore: 0.1 },
    exchange: 'binance',
    state: 'intended',
    reason: undefined,
    ...fields,
  };
}

export function aVenueFill(fields: Partial<VenueFill> = {}): VenueFill {
  return {
    tradeId: 't1',
    venueOrderId: 'v1',
    clientOrderId: undefined,
    symbol: 'BTC-USDT',
    side: 'buy',
    qty: '0.4',
    price: '100',
    fee: { amount: '0.04', currency: 'USDT' },
    maker: false,
    atMs: AT_MS,
    ...fields,
  };
}

export function aFillRow(fields: Partial<LiveFillRow> = {}): LiveFillRow {
  return {
    fillId: 'o1.f1',
    fillSeq: 1,
    fillNumber: 1,
    orderId: 'o1',
    sessionId: 's1',
    symbol: 'BTC-USDT',
    side: 'buy',
    qty: '0.4',
    price: '100',
    feeQuote: '0.04',
    feeBase: '0',
    feeAmount: '0.04',
    feeCurrency: 'USDT',
    profit: '0',
    atMs: AT_MS,
    ...fields,
  };
}

export function aFoundDifference(fields: Partial<FoundDifference> = {}): FoundDifference {
  return {
    kind: 'balance',
    subject: 'USDT',
    symbols: ['BTC-USDT'],
    blocking: true,
    explanation: 'expected 10, was 12',
    proposal: 'count 2 as held beside the books',
    figures: { difference: '2' },
    ...fields,
  };
}
