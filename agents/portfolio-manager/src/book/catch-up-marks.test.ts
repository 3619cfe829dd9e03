import { TransientError } from '@octant/platform/errors/errors';
import type { Sql } from '@octant/platform/postgres/sql';
import { describe, expect, test } from 'vitest';
import type { FedSession, MarketPort } from '../adapters/market-port.js';
import { aDesk, HOUR_MS, START_MS, type DeskUnderTest } from '../testing/a-desk.js';
import { LostSteps } from './catch-up-marks.js';

const DAY_MS = 24 * HOUR_MS;
const session: FedSession = {
  source: 'replay',
  symbols: ['BTC-USDT', 'ETH-USDT'],
  timeframe: '1h',
  startedAtMs: START_MS,
  lastCloseTimeMs: START_MS + 2 * DAY_MS + 3 * HOUR_MS,
};

/** Each candle closes at the hours since the start; ETH-USDT has none after the first day. */
function aMarket(sessions: readonly FedSession[] = [session]): MarketPort & { down: boolean } {
  return {
    down: false,
    sessions() {
      return this.down ? Promise.reject(new TransientError('away', { code: 'timeout' })) : Promise.resolve(sessions);
    },
    closeAt: ({ symbol }, { atMs }) => {
      const closeTimeMs = symbol === 'ETH-USDT' ? Math.min(atMs, START_MS + DAY_MS) : atMs;
      return Promise.resolve({ price: String((closeTimeMs - START_MS) / HOUR_MS), closeTimeMs });
    },
  };
}

function lostStepsOf(desk: DeskUnderTest, market: MarketPort): LostSteps {
  return new LostSteps({
    desk,
    market,
    database: { transaction: (work) => work(undefined as unknown as Sql) },
    bus: { commit: ({ state }) => Promise.resolve(desk.state.write(state) ? 'ok' : 'stale') },
    inLane: (work) => work(),
  });
}

const pointsOf = (desk: DeskUnderTest) => desk.store.equity({ fromMs: undefined, toMs: undefined, limit: 10 });

describe('lost steps', () => {
  test('leave the equity points of their midnights, and the marks of where the session has got to', async () => {
    const desk = await aDesk();
    const lost = lostStepsOf(desk, aMarket());
    lost.want();
    expect(await lost.catchUp()).toBe(2);
    expect((await pointsOf(desk)).map(({ atMs }) => atMs)).toEqual([START_MS + DAY_MS, START_MS + 2 * DAY_MS]);
    expect(desk.marks.peek()).toEqual({
      'BTC-USDT': { price: '51', closeTimeMs: session.lastCloseTimeMs },
      'ETH-USDT': { price: '24', closeTimeMs: START_MS + DAY_MS },
    });
    expect(await lost.catchUp()).toBe(0);
  });

  test('are looked for only when they are wanted, and again when other agents are away', async () => {
    const desk = await aDesk();
    const market = aMarket();
    const lost = lostStepsOf(desk, market);
    expect(await lost.catchUp()).toBe(0);
    market.down = true;
    lost.want();
    await expect(lost.catchUp()).rejects.toMatchObject({ code: 'timeout' });
    market.down = false;
    expect(await lost.catchUp()).toBe(2);
  });

  test('leave points that are there as they are', async () => {
    const desk = await aDesk();
    const point = { atMs: START_MS + DAY_MS, startEquityQuote: '1000', closes: {} };
    await desk.store.putEquityPoint(undefined as unknown as Sql, point);
    const lost = lostStepsOf(desk, aMarket());
    lost.want();
    expect(await lost.catchUp()).toBe(1);
  });
});
