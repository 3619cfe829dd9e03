import type { RiskExposure, RiskRequest } from '../messages/risk.js';

/** A flat account of 1000, all cash. */
export function anExposure(fields: Partial<RiskExposure> = {}): RiskExposure {
  return {
    equityQuote: '1000',
    cashQuote: '1000',
    positionQty: '0',
    positionQuote: '0',
    openBuyQuote: '0',
    dayPnlRatio: 0,
    ...fields,
  };
}

/** A request to buy 1 BTC-USDT at 100 with confidence 0.8, 2024-01-01T01:00Z, flat account. */
export function aRiskRequest(fields: Partial<RiskRequest> = {}): RiskRequest {
  return {
    requestId: 's1.BTC-USDT.1704070800000',
    symbol: 'BTC-USDT',
    side: 'buy',
    confidence: 0.8,
    qty: '1',
    price: '100',
    atMs: 1_704_070_800_000,
    haltVersion: 0,
    exposure: anExposure(),
    sessionId: 's1',
    ts: '2024-01-01T01:00:00.000Z',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    ...fields,
  };
}
