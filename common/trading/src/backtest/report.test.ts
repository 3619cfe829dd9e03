import { describe, expect, it } from 'vitest';
import { aFill } from '../testing/a-fill.js';
import { applyFill, markLedger, openLedger } from '../portfolio/ledger.js';
import { buildReport, type ReportFill, type ReportInput } from './report.js';

const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;

function anInput(): ReportInput {
  const common = { feeQuote: '0.1', atMs: START_MS + HOUR_MS, fillNumber: 1 };
  const fills: readonly ReportFill[] = [
    { ...aFill({ ...common, symbol: 'ETH-USDT', fillSeq: 1 }), orderId: 's.1.ETH-USDT.3600000.0', fillNumber: 1 },
    { ...aFill({ ...common, fillSeq: 2 }), orderId: 's.1.BTC-USDT.3600000.0', fillNumber: 1 },
    { ...aFill({ ...common, side: 'sell', price: '110', fillSeq: 3 }), orderId: 'by-hand', fillNumber: 1 },
  ];
  let ledger = openLedger('1000', START_MS);
  for (const fill of fills) ({ ledger } = applyFill(ledger, fill));
  const marked = markLedger(ledger, { closes: { 'ETH-USDT': '95' }, closeTimeMs: START_MS + 24 * HOUR_MS });
  return {
    sessionId: 's.1',
    counters: { candles: 48, signals: 5, riskRequests: 4, riskRefused: 1, orders: 3, rejected: 0 },
    fills,
    closedDays: marked.closedDays,
    ledger: markLedger(marked.ledger, { closes: { 'ETH-USDT': '99' }, closeTimeMs: START_MS + 26 * HOUR_MS }).ledger,
    endMs: START_MS + 26 * HOUR_MS,
    dlq: { 'exec.orders': 1 },
    duplicates: 0,
    duplicatesSuppressed: 2,
    wallMs: 12.5,
  };
}

describe('buildReport', () => {
  it('puts counters, money, days, trades and equity together', () => {
    const { statistics, ...rest } = buildReport(anInput());
    const trade = { qty: '1', price: '100', feeQuote: '0.1', atMs: START_MS + HOUR_MS };
    expect(rest).toEqual({
      startEquityQuote: '1000',
      candles: 48,
      signals: 5,
      riskRequests: 4,
      riskRefused: 1,
      orders: 3,
      fills: 3,
      rejected: 0,
      feesQuote: '0.3',
      realizedPnlQuote: '10',
      finalEquityQuote: '1008.7',
      maxDrawdownRatio: 0,
      days: [
        { day: '2024-01-01', pnlQuote: '4.7', pnlRatio: 0.0047, halted: false, haltReason: null },
        { day: '2024-01-02', pnlQuote: '4', pnlRatio: 4 / 1004.7, halted: false, haltReason: null },
      ],
      trades: [
        { orderId: 'BTC-USDT.3600000.0', symbol: 'BTC-USDT', side: 'buy', ...trade },
        { orderId: 'by-hand', symbol: 'BTC-USDT', side: 'sell', ...trade, price: '110' },
        { orderId: 'ETH-USDT.3600000.0', symbol: 'ETH-USDT', side: 'buy', ...trade },
      ],
      equity: [
        [START_MS, '1000'],
        [START_MS + 24 * HOUR_MS, '1004.7'],
        [START_MS + 26 * HOUR_MS, '1008.7'],
      ],
      dlq: { 'exec.orders': 1 },
      duplicates: 0,
      duplicatesSuppressed: 2,
      wallMs: 12.5,
    });
    expect([statistics.winRate, statistics.expectancy]).toEqual([
      { value: 1, n: 1 },
      { value: 9.8, n: 1 },
    ]);
  });

  it('does not depend on the order of the fills', () => {
    const input = anInput();
    expect(buildReport({ ...input, fills: [...input.fills].reverse() })).toEqual(buildReport(input));
  });

  it('neither repeats the last sample nor opens a day when it ends at 00:00 UTC', () => {
    const input = anInput();
    const { ledger, closedDays } = markLedger(openLedger('1000', START_MS), {
      closes: {},
      closeTimeMs: START_MS + 24 * HOUR_MS,
    });
    const { days, equity } = buildReport({ ...input, fills: [], ledger, closedDays, endMs: START_MS + 24 * HOUR_MS });
    expect(days).toHaveLength(1);
    expect(equity).toEqual([
      [START_MS, '1000'],
      [START_MS + 24 * HOUR_MS, '1000'],
    ]);
  });
});
