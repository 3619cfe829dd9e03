import type { LedgerFill } from '../portfolio/ledger.js';

/** The account's first fill: 1 BTC-USDT bought at 100 with a fee of 0.1, 2024-01-01T01:00Z. */
export function aFill(fields: Partial<LedgerFill> = {}): LedgerFill {
  return {
    symbol: 'BTC-USDT',
    side: 'buy',
    qty: '1',
    price: '100',
    feeQuote: '0.1',
    atMs: 1_704_070_800_000,
    fillSeq: 1,
    ...fields,
  };
}
