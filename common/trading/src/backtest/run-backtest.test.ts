import { describe, expect, it } from 'vitest';
import { riskManagerConfig } from '../config/agent-configs.js';
import { strategyConfig } from '../config/strategy-config.js';
import type { DecimalCandle } from '../market/candle.js';
import { decimalColumnsOf } from '../market/candle-columns.js';
import { Decimal, formatDecimal, parseDecimal } from '../money/decimal.js';
import { aBacktest, simulatedCandles } from '../testing/a-backtest.js';
import { aCandle, someCandles } from '../testing/a-candle.js';
import { report, type Report } from './report.js';
import { runBacktest, type BacktestInput } from './run-backtest.js';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2024, 0, 1);
const btc = { symbol: 'BTC-USDT', candles: simulatedCandles('BTC-USDT', 1500) };
const eth = { symbol: 'ETH-USDT', candles: simulatedCandles('ETH-USDT', 1500, 8) };

/** Buys at the third close of a rise (lookback 2), sells at the first fall. */
const eager = strategyConfig.parse({
  name: 'momentum',
  symbols: ['BTC-USDT'],
  lookback: 2,
  entry_threshold: 1,
  exit_threshold: 0,
  risk_profile: 'aggressive',
});
const RISE = ['100', '101', '103', '104', '106', '100', '99', '98', '97'];
const tradeRise = (fields: Partial<BacktestInput> = {}): Report =>
  runBacktest(aBacktest({ strategy: eager, series: [{ symbol: 'BTC-USDT', candles: someCandles(RISE) }], ...fields }));

function booksOf(result: Report): { cash: Decimal; fees: Decimal; held: Map<string, Decimal> } {
  let cash = parseDecimal(result.startEquityQuote);
  let fees = Decimal.of(0);
  const held = new Map<string, Decimal>();
  for (const { side, symbol, qty, price, feeQuote } of result.trades) {
    const signed = parseDecimal(side === 'buy' ? qty : `-${qty}`);
    cash = cash.minus(signed.times(price)).minus(feeQuote);
    fees = fees.plus(feeQuote);
    held.set(symbol, (held.get(symbol) ?? Decimal.of(0)).plus(signed));
  }
  return { cash, fees, held };
}

describe('runBacktest', () => {
  it('fills an order at the open after its signal, never in the candle that gave it', () => {
    const { trades, candles, signals, orders, fills } = tradeRise();
    expect(
      trades.map(({ orderId, side, price, atMs }) => ({ orderId, side, price, hour: (atMs - START_MS) / HOUR_MS })),
    ).toEqual([
      { orderId: `BTC-USDT.${String(START_MS + 3 * HOUR_MS)}.0`, side: 'buy', price: '103.06', hour: 3 },
      { orderId: `BTC-USDT.${String(START_MS + 6 * HOUR_MS)}.0`, side: 'sell', price: '99.95', hour: 6 },
    ]);
    expect({ candles, orders, fills }).toEqual({ candles: 9, orders: 2, fills: 2 });
    expect(signals).toBeGreaterThan(orders);
  });

  it('changes nothing before a candle when that candle and all after it change', () => {
    const whole = runBacktest(aBacktest({ series: [btc] }));
    for (const kept of [300, 777, 1200]) {
      const changed = btc.candles.map((candle, index): DecimalCandle =>
        index < kept ? candle : aCandle({ openTimeMs: candle.openTimeMs, open: '7', close: '9' }),
      );
      const cutMs = btc.candles[kept]?.openTimeMs ?? 0;
      const before = ({ trades }: Report): Report['trades'] => trades.filter(({ atMs }) => atMs < cutMs);
      const other = runBacktest(aBacktest({ series: [{ symbol: 'BTC-USDT', candles: changed }] }));
      expect(before(other)).toEqual(before(whole));
    }
    expect(whole.trades.length).toBeGreaterThan(20);
  });

  it('agrees to the last digit with books kept from its trades, two symbols on one cash balance', () => {
    const result = runBacktest(
      aBacktest({ series: [btc, eth], strategy: { ...aBacktest().strategy, risk_profile: 'aggressive' } }),
    );
    const { cash, fees, held } = booksOf(result);
    const lastClose = new Map([btc, eth].map(({ symbol, candles }) => [symbol, candles.at(-1)?.close ?? '0']));
    const worth = [...held].reduce(
      (sum, [symbol, qty]) => sum.plus(qty.times(lastClose.get(symbol) ?? '0')),
      Decimal.of(0),
    );
    expect(result.finalEquityQuote).toBe(formatDecimal(cash.plus(worth)));
    expect(result.feesQuote).toBe(formatDecimal(fees));
    expect(result.equity.at(-1)).toEqual([START_MS + 1500 * HOUR_MS, result.finalEquityQuote]);
    const pnl = result.days.reduce((sum, { pnlQuote }) => sum.plus(pnlQuote), Decimal.of(0));
    expect(formatDecimal(pnl)).toBe(formatDecimal(parseDecimal(result.finalEquityQuote).minus('1000')));
    expect(new Set(result.trades.map(({ symbol }) => symbol))).toEqual(new Set(['BTC-USDT', 'ETH-USDT']));
  });

  it('gives the same report twice, and one that its own schema takes', () => {
    const result = runBacktest(aBacktest({ series: [btc, eth] }));
    expect(runBacktest(aBacktest({ series: [btc, eth] }))).toEqual(result);
    expect(report.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  });

  it('gives the same report from columns as from candles', () => {
    const columns = [btc, eth].map(({ symbol, candles }) => ({ symbol, columns: decimalColumnsOf(candles) }));
    expect(runBacktest(aBacktest({ series: columns }))).toEqual(runBacktest(aBacktest({ series: [btc, eth] })));
  });

  it('has an equity sample at the start, at every 00:00 UTC after it and at the end', () => {
    const { equity, days } = runBacktest(aBacktest({ series: [{ ...btc, candles: btc.candles.slice(5, 55) }] }));
    expect(equity.map(([atMs]) => (atMs - START_MS) / HOUR_MS)).toEqual([5, 24, 48, 55]);
    expect(days.map(({ day }) => day)).toEqual(['2024-01-01', '2024-01-02', '2024-01-03']);
  });

  it('leaves the orders of the last step open', () => {
    const { orders, fills, rejected } = tradeRise({
      series: [{ symbol: 'BTC-USDT', candles: someCandles(RISE.slice(0, 3)) }],
    });
    expect({ orders, fills, rejected }).toEqual({ orders: 1, fills: 0, rejected: 0 });
  });

  it('only warms the indicators on candles before `fromMs`', () => {
    const { candles, trades, equity } = tradeRise({ fromMs: START_MS + 2 * HOUR_MS });
    expect(candles).toBe(7);
    expect(trades).toEqual(tradeRise().trades);
    expect(equity[0]).toEqual([START_MS + 2 * HOUR_MS, '1000']);
  });

  it('keeps an order open and a mark as it is while a symbol has no candle', () => {
    const gap = someCandles(RISE).filter((_, index) => index !== 3);
    const flat = { symbol: 'ETH-USDT', candles: someCandles(RISE.map(() => '50')) };
    const { trades, candles } = tradeRise({ series: [{ symbol: 'BTC-USDT', candles: gap }, flat] });
    expect(candles).toBe(17);
    expect(trades[0]).toMatchObject({ atMs: START_MS + 4 * HOUR_MS, price: '104.06' });
  });

  it('rejects a buy at fill when the open has gapped above what the cash pays for', () => {
    const closes = ['100', '101', '103'];
    const candles = [
      ...someCandles(closes),
      aCandle({ openTimeMs: START_MS + 3 * HOUR_MS, open: '200', close: '200' }),
    ];
    const { orders, fills, rejected } = tradeRise({ series: [{ symbol: 'BTC-USDT', candles }] });
    expect({ orders, fills, rejected }).toEqual({ orders: 2, fills: 0, rejected: 1 });
  });

  it('counts what risk refuses', () => {
    const risk = riskManagerConfig.parse({ rules: [{ type: 'trading_window', start: '12:00', end: '13:00' }] });
    const { riskRequests, riskRefused, orders } = tradeRise({ risk });
    expect({ riskRequests, riskRefused, orders }).toEqual({ riskRequests: 3, riskRefused: 3, orders: 0 });
  });
});

describe('a halted day', () => {
  const halting = { orchestrator: { daily_target_pct: 1 } };

  it('takes no new exposure until 00:00 UTC, and still sells', () => {
    const closes = [...RISE, '98', '101', '104', '108', '112', '111', '108', '105'];
    const series = [{ symbol: 'BTC-USDT', candles: someCandles(closes) }];
    const open = tradeRise({
      series,
      orchestrator: { daily_target_pct: 900 },
      risk: riskManagerConfig.parse({ limits: { max_daily_loss_pct: 90 } }),
    });
    const { trades, days } = tradeRise({ series, ...halting });
    expect(open.trades.length).toBeGreaterThan(2);
    expect(trades.map(({ side }) => side)).toEqual(['buy', 'sell']);
    expect(days).toMatchObject([{ halted: true, haltReason: 'daily_target' }]);
  });

  it('trades again on the next day', () => {
    const sleep = Array.from({ length: 17 }, () => '97');
    const closes = [...RISE, ...sleep, '98', '101', '104', '108'];
    const { trades, days } = tradeRise({ series: [{ symbol: 'BTC-USDT', candles: someCandles(closes) }], ...halting });
    expect(days.map(({ halted }) => halted)).toEqual([true, expect.any(Boolean)]);
    expect(trades.filter(({ atMs }) => atMs > START_MS + 24 * HOUR_MS).map(({ side }) => side)).toContain('buy');
  });
});

describe('runBacktest, on bad input', () => {
  it('names what is wrong', () => {
    const twice = { symbol: 'BTC-USDT', candles: [aCandle(), aCandle()] };
    expect(() => runBacktest(aBacktest({ series: [twice] }))).toThrow('BTC-USDT: expected an open time after');
    expect(() => runBacktest(aBacktest({ series: [btc, btc] }))).toThrow(
      'expected each symbol once, was BTC-USDT again',
    );
    expect(() => runBacktest(aBacktest({ series: [{ ...btc, symbol: 'BTC-EUR' }] }))).toThrow('BTC-EUR');
    expect(() => runBacktest(aBacktest())).toThrow('expected candles to trade, was none of 0');
  });
});
