import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AgentName } from '../../../scripts/launcher/src/fleet/agents.js';
import { ADMIN_TOKEN } from '../../support/agent-desk.js';
import { backtestOf, comparable } from '../../support/backtest-of.js';
import { hourlyCandles } from '../../support/test-candles.js';
import { TestFleet, type ReplayRequest } from '../../support/test-fleet.js';

/** Two replays one after the other, one of them stopped again and again. */
vi.setConfig({ testTimeout: 300_000 });

const fleets: TestFleet[] = [];

afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()));
});

const range = { from: '2021-05-10', count: 300 };
const series = (['BTC-USDT', 'ETH-USDT'] as const).map((symbol) => ({ symbol, candles: hourlyCandles(symbol, range) }));

const momentum = `name: momentum
symbols: [BTC-USDT, ETH-USDT]
lookback: 10
entry_threshold: 0.5
exit_threshold: 0
risk_profile: aggressive
`;
/** A target that is reached often: most of the days end halted. */
const config = {
  'strategies/momentum.yaml': momentum,
  'orchestrator.yaml': 'daily_target_pct: 0.2\nstart_equity: 1000\nsymbols: [BTC-USDT]\ndatasource: replay\n',
};

async function aFleet(name: string): Promise<TestFleet> {
  const fleet = await TestFleet.start(name, config);
  fleets.push(fleet);
  return fleet;
}

/** FLUSHALL for one desk: every key of its prefix at once, as far as a shared Redis has them. */
async function flush({ desk: { redis, prefix } }: TestFleet): Promise<number> {
  const script = `
    local gone = 0
    local cursor = '0'
    repeat
      local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 10000)
      cursor = page[1]
      for _, key in ipairs(page[2]) do gone = gone + redis.call('UNLINK', key) end
    until cursor == '0'
    return gone`;
  return Number(await redis.eval(script, 0, `${prefix}*`));
}

/** Everything that the run has left in Postgres and that does not depend on the clock or on who came first. */
async function rowsOf({ desk }: TestFleet, sessionId: string) {
  const of = async (text: string): Promise<readonly string[]> =>
    (await desk.sql.query<Record<string, unknown>>(text)).rows.map((row) =>
      JSON.stringify(row).replaceAll(sessionId, 'S'),
    );
  return {
    fills: await of(
      'SELECT fill_id, fill_seq, symbol, side, qty, price, fee_quote, profit, at_ms FROM fills ORDER BY 2',
    ),
    orders:
      await of(`SELECT order_id, symbol, side, qty, filled_qty, reference_price, not_before_ms, halt_version, state,
      reason FROM orders ORDER BY order_id`),
    account: await of('SELECT cash_quote, last_fill_seq, halt_version, halted, halt_reason FROM paper_account'),
    days: await of('SELECT * FROM pnl_days ORDER BY day'),
    audit: await of(`SELECT event_id, actor, action, subject, details, at_ms FROM audit_events
      WHERE action NOT IN ('desk.rebuilt', 'session.started', 'admin.halt', 'admin.unhalt') ORDER BY event_id`),
    notices: await of('SELECT id, type, severity, message, context FROM notices ORDER BY id'),
    portfolioFills: await of('SELECT fill_seq, fill_id, symbol, qty, price FROM portfolio_fills ORDER BY fill_seq'),
    equity: await of('SELECT at_ms, trim_scale(equity_quote) AS equity, closes FROM equity_points ORDER BY at_ms'),
  };
}

/** Two flushes in a row may be one loss. */
async function rebuiltTimes({ desk }: TestFleet): Promise<number> {
  const text = "SELECT count(*)::int AS n FROM audit_events WHERE action = 'desk.rebuilt'";
  return (await desk.sql.query<{ n: number }>(text)).rows[0]?.n ?? 0;
}

/** Waits until two readings are the same: what is behind the report (audit, notices, the portfolio) may take a moment. */
async function settled<Value>(read: () => Promise<Value>, expected: Value): Promise<Value> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const value = await read();
    if (JSON.stringify(value) === JSON.stringify(expected) || performance.now() > deadline) return value;
    await sleep(200);
  }
}

/** Does `disturb` each time when the session has got through so many more candles. */
function atCandles(marks: readonly number[], disturb: (index: number) => Promise<void>) {
  let next = 0;
  return async (candles: number): Promise<void> => {
    const mark = marks[next];
    if (mark === undefined || candles < mark) return;
    next += 1;
    await disturb(next - 1);
  };
}

const undisturbed = new Map<string, Promise<Awaited<ReturnType<typeof rowsOf>>>>();

/** What a run that nobody disturbs leaves in Postgres. */
function rowsWithoutFlush(mode: ReplayRequest['mode']) {
  const known = undisturbed.get(mode);
  if (known !== undefined) return known;
  const running = (async () => {
    const fleet = await aFleet(`calm_${mode}`);
    const sessionId = await fleet.startReplay({ series, mode, strategy: 'momentum', timeframe: '1h' });
    await fleet.awaitReport(sessionId);
    let rows = await rowsOf(fleet, sessionId);
    for (;;) {
      await sleep(1500);
      const again = await rowsOf(fleet, sessionId);
      if (JSON.stringify(again) === JSON.stringify(rows)) return rows;
      rows = again;
    }
  })();
  undisturbed.set(mode, running);
  return running;
}

describe.each(['pubsub', 'http'] as const)('a replay in mode %s during which Redis is emptied', (mode) => {
  const request: ReplayRequest = { series, mode, strategy: 'momentum', timeframe: '1h' };
  const expected = backtestOf(request, config);

  it('loses nothing and doubles nothing: report, ledger, audit and notices are those of a calm run', async () => {
    expect(expected.trades.length).toBeGreaterThan(20);
    expect(expected.days.some(({ halted }) => halted)).toBe(true);
    const calm = await rowsWithoutFlush(mode);
    const fleet = await aFleet(`flush_${mode}`);
    const sessionId = await fleet.startReplay(request);
    // At once, before the first step can be over; then in pairs, in the middle of things.
    let gone = await flush(fleet);
    const disturb = atCandles([60, 61, 150, 300, 301, 450, 560], async () => {
      gone += await flush(fleet);
    });
    const replayed = await fleet.awaitReport(sessionId, disturb);
    expect(gone).toBeGreaterThan(100);
    expect(await rebuiltTimes(fleet)).toBeGreaterThanOrEqual(5);
    expect(comparable(replayed)).toEqual(comparable(expected));
    expect(await settled(() => rowsOf(fleet, sessionId), calm)).toEqual(calm);
    expect(fleet.deaths).toEqual([]);
  });

  it('does so while agents are down', async () => {
    const calm = await rowsWithoutFlush(mode);
    const fleet = await aFleet(`flush_down_${mode}`);
    const victims: readonly AgentName[] = [
      'orchestrator',
      'trade-executor',
      'portfolio-manager',
      'risk-manager',
      'market-analyst',
      'notification-manager',
    ];
    const marks = victims.map((_, index) => 60 + index * 80);
    const sessionId = await fleet.startReplay(request);
    const replayed = await fleet.awaitReport(
      sessionId,
      atCandles(marks, async (index) => {
        fleet.kill(victims[index] ?? 'orchestrator');
        await flush(fleet);
      }),
    );
    expect(fleet.deaths.length).toBeGreaterThanOrEqual(victims.length);
    expect(comparable(replayed)).toEqual(comparable(expected));
    expect(await settled(() => rowsOf(fleet, sessionId), calm)).toEqual(calm);
  });
});

/** A buy that only a halt forbids; it brings its exposure along, so that risk decides alone. */
const aBuy = {
  symbol: 'BTC-USDT',
  side: 'buy',
  confidence: 0.9,
  qty: '0.001',
  price: '30000',
  exposure: {
    equityQuote: '1000',
    cashQuote: '1000',
    positionQty: '0',
    positionQuote: '0',
    openBuyQuote: '0',
    dayPnlRatio: 0,
  },
};

const asAdmin = { 'x-admin-token': ADMIN_TOKEN };

describe('a halted desk whose Redis is emptied', () => {
  it('stays halted by its admin, denies what the halt forbids, and goes on when it is lifted', async () => {
    const fleet = await aFleet('flush_halt');
    const sessionId = await fleet.startReplay({ series, mode: 'pubsub', strategy: 'momentum', timeframe: '1h' });
    let ordersAtHalt = 0;
    const countOrders = async (): Promise<number> =>
      (await fleet.desk.sql.query<{ n: number }>("SELECT count(*)::int AS n FROM orders WHERE side = 'buy'")).rows[0]
        ?.n ?? 0;
    const disturb = atCandles([100, 300], async (index) => {
      if (index === 0) {
        const halted = await fleet.post('orchestrator', '/admin/orchestrate/halt', { reason: 'audit' }, asAdmin);
        expect(halted.status).toBe(200);
        ordersAtHalt = await countOrders();
        await flush(fleet);
        return;
      }
      expect(await countOrders()).toBeLessThanOrEqual(ordersAtHalt + 1);
      await flush(fleet);
      // Answered at once or refused with 503, but never by a risk manager that has forgotten the halt.
      const risk = await fleet.post('risk-manager', '/risk/evaluate', aBuy);
      if (risk.status === 200) expect(risk.body).toMatchObject({ ok: false, code: 'halted' });
      const lifted = await liftHalt(fleet);
      expect(lifted).toMatchObject({ halted: false });
      await flush(fleet);
    });
    const report = await fleet.awaitReport(sessionId, disturb);
    expect(await countOrders()).toBeGreaterThan(ordersAtHalt + 1);
    expect(report).toMatchObject({ candles: 600, duplicates: 0 });
    const audited = await settled(async () => {
      const { rows } = await fleet.desk.sql.query<{ action: string }>(
        "SELECT action FROM audit_events WHERE action LIKE 'admin.%' ORDER BY seq",
      );
      return rows.map(({ action }) => action);
    }, ['admin.halt', 'admin.unhalt']);
    expect(audited).toEqual(['admin.halt', 'admin.unhalt']);
  });

  it('still reports a session that had ended before', async () => {
    const fleet = await aFleet('flush_ended');
    const short = series.map(({ symbol, candles }) => ({ symbol, candles: candles.slice(0, 60) }));
    const sessionId = await fleet.startReplay({ series: short, mode: 'pubsub', strategy: 'momentum', timeframe: '1h' });
    const before = await fleet.awaitReport(sessionId);
    await flush(fleet);
    const view = await settled(
      async () => (await fleet.call('orchestrator', `/orchestrate/sessions/${sessionId}`)).status,
      200,
    );
    expect(view).toBe(200);
    expect(comparable(await fleet.awaitReport(sessionId))).toEqual(comparable(before));
  });
});

/** The desk answers 503 while it is being put back. */
async function liftHalt(fleet: TestFleet): Promise<unknown> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const answer = await fleet.post('orchestrator', '/admin/orchestrate/unhalt', {}, asAdmin);
    if (answer.status === 200 || performance.now() > deadline) return answer.body;
    await sleep(50);
  }
}
