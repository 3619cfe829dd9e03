import { afterEach, describe, expect, it } from 'vitest';
import { backtestOf, comparable } from '../../support/backtest-of.js';
import { hourlyCandles } from '../../support/test-candles.js';
import { TestFleet, type ReplayRequest } from '../../support/test-fleet.js';

let fleet: TestFleet | undefined;

afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
});

const series = (['BTC-USDT', 'ETH-USDT'] as const).map((symbol) => ({
  symbol,
  candles: hourlyCandles(symbol, { from: '2021-05-17', count: 200 }),
}));

/** Enters often, and leaves by whichever exit comes first. */
const jumpy = `name: jumpy
kind: rules
symbols: [BTC-USDT, ETH-USDT]
risk_profile: aggressive
indicators:
  fast: { type: ema, window: 3 }
  slow: { type: ema, window: 8 }
  atr: { type: atr, window: 5 }
entry: fast > slow
exit: close < slow - 2 * atr
stop: close - 1.1 * atr
take_profit: close + 1.3 * atr
trailing: 1.4 * atr
time_stop_candles: 6
confidence: '1'
`;

const CASES = [
  {
    mode: 'pubsub',
    what: 'makers and takers, fixed slippage',
    paper: '{ maker_fees_bps: 2, taker_fees_bps: 7.5, slippage: { model: fixed, bps: 3 } }',
  },
  {
    mode: 'hybrid',
    what: 'a spread from volatility, a candle of latency, take-profits that must be traded through',
    paper: '{ slippage: { model: spread, range_share: 0.08 }, latency_candles: 1, take_profit_fills: through }',
  },
  {
    mode: 'http',
    what: 'impact by volume, parts by volume',
    paper: '{ slippage: { model: volume, impact_bps: 500 }, max_volume_share: 0.000003 }',
  },
] as const;

function configOf(paper: string): Record<string, string> {
  return { 'strategies/jumpy.yaml': jumpy, 'agents/trade-executor.yaml': `exchange: paper\npaper: ${paper}\n` };
}

describe('exits through the eight agents', () => {
  it.each(CASES)('give the backtest of the same candles in mode $mode: $what', async ({ mode, paper }) => {
    const config = configOf(paper);
    const request: ReplayRequest = { series, mode, strategy: 'jumpy', timeframe: '1h' };
    const expected = backtestOf(request, config);
    fleet = await TestFleet.start(`exits_${mode}`, config);
    const replayed = await fleet.replay(request);
    expect(comparable(replayed)).toEqual(comparable(expected));
    const { rows } = await fleet.desk.sql.query<{ kind: string; parts: number }>(
      `SELECT substring(order_id from '[a-z]+$') AS kind, max(fill_count) AS parts FROM orders
       WHERE exit_of IS NOT NULL GROUP BY 1 ORDER BY 1`,
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['stop', 'target', 'time', 'trail']);
    if (mode === 'http') expect(Math.max(...rows.map(({ parts }) => parts))).toBeGreaterThan(1);
  });

  it('sell once, at the same prices, when the executor is killed again and again', async () => {
    const paper = '{ slippage: { model: volume, impact_bps: 500 }, max_volume_share: 0.000003, latency_candles: 1 }';
    const config = configOf(paper);
    const request: ReplayRequest = { series, mode: 'pubsub', strategy: 'jumpy', timeframe: '1h' };
    const expected = backtestOf(request, config);
    fleet = await TestFleet.start('exits_killed', config);
    const desk = fleet;
    const killAt = [40, 110, 180, 250, 320];
    const sessionId = await desk.startReplay(request);
    const replayed = await desk.awaitReport(sessionId, (candles) => {
      if (candles < (killAt[0] ?? Infinity)) return Promise.resolve();
      killAt.shift();
      desk.kill('trade-executor');
      return Promise.resolve();
    });
    expect(desk.deaths.length).toBeGreaterThan(1);
    expect(comparable(replayed)).toEqual(comparable(expected));
  });
});
