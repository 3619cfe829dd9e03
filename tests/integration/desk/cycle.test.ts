import { afterEach, describe, expect, it } from 'vitest';
import type { Report } from '@octant/trading/backtest/report';
import { backtestOf, comparable } from '../../support/backtest-of.js';
import { hourlyCandles } from '../../support/test-candles.js';
import { TestFleet, type ReplayRequest } from '../../support/test-fleet.js';

let fleet: TestFleet | undefined;

afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
});

const btc = { symbol: 'BTC-USDT', candles: hourlyCandles('BTC-USDT', { from: '2021-04-20', count: 500 }) };
const eth = { symbol: 'ETH-USDT', candles: hourlyCandles('ETH-USDT', { from: '2021-04-20', count: 500 }) };

/** Quicker strategies than the shipped ones, so that 500 candles hold many trades. */
const config = {
  'strategies/momentum.yaml': strategy('momentum', { lookback: 12, entry: 0.8, exit: 0 }),
  'strategies/mean_reversion.yaml': strategy('mean_reversion', { lookback: 15, entry: 1.5, exit: 0 }),
};

function strategy(name: string, p: { lookback: number; entry: number; exit: number }): string {
  return `name: ${name}
symbols: [BTC-USDT, ETH-USDT]
lookback: ${p.lookback}
entry_threshold: ${p.entry}
exit_threshold: ${p.exit}
risk_profile: aggressive
`;
}

describe.each(['momentum', 'mean_reversion'])('500 candles of %s through the eight agents', (name) => {
  it.each(['pubsub', 'http', 'hybrid'] as const)(
    'give the backtest of the same candles in mode %s, and Postgres agrees',
    async (mode) => {
      const request: ReplayRequest = { series: [btc, eth], mode, strategy: name, timeframe: '1h' };
      const expected = backtestOf(request, config);
      expect(expected.trades.length).toBeGreaterThan(10);
      fleet = await TestFleet.start(`cycle_${mode}`, config);
      const replayed = await fleet.replay(request);
      expect(comparable(replayed)).toEqual(comparable(expected));
      expect(await rowsOf(fleet)).toEqual(rowsExpected(replayed));
    },
  );
});

async function rowsOf({ desk }: TestFleet) {
  const one = async <Row>(text: string): Promise<Row[]> => (await desk.sql.query(text)).rows as Row[];
  const fills = await one<{ symbol: string; side: string; qty: string; price: string; fee: string }>(
    'SELECT symbol, side, qty::text, price::text, fee_quote::text AS fee FROM fills ORDER BY fill_seq',
  );
  const [orders] = await one<{ n: number }>('SELECT count(*)::int AS n FROM orders');
  const days = await one<{ day: string; pnl: string; halted: boolean }>(
    "SELECT to_char(day, 'YYYY-MM-DD') AS day, trim_scale(pnl_quote)::text AS pnl, halted FROM pnl_days ORDER BY day",
  );
  const [audit] = await one<{ n: number }>(
    "SELECT count(*)::int AS n FROM audit_events WHERE action = 'decision.order'",
  );
  const [notices] = await one<{ n: number }>(
    "SELECT count(*)::int AS n FROM audit_events WHERE action = 'order.submitted'",
  );
  return { fills, orders: orders?.n, days, decisions: audit?.n, submitted: notices?.n };
}

function rowsExpected(report: Report): Awaited<ReturnType<typeof rowsOf>> {
  return {
    fills: report.trades.map(({ symbol, side, qty, price, feeQuote }) => ({ symbol, side, qty, price, fee: feeQuote })),
    orders: report.orders,
    days: report.days.map(({ day, pnlQuote, halted }) => ({ day, pnl: pnlQuote, halted })),
    decisions: report.orders,
    submitted: report.orders - report.rejected,
  };
}
