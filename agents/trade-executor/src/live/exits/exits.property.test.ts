import { tradeExecutorConfig } from '@octant/trading/config/agent-configs';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import type { VenueOrderState, VenueOrderType } from '@octant/venue/venue';
import { describe, expect, it } from 'vitest';
import { LiveWorld, type LiveWorldOptions } from '../../testing/a-live-desk.js';
import { compareBooks } from '../../testing/compare-books.js';
import { MANY_FAULTS, NO_FAULTS, type VenueFaults } from '../../testing/venue-faults.js';
import { cancelLiveSession } from '../apply-live-command.js';
import { liveSettingsOf } from '../live-settings.js';
import { liveCrashPoints, type LiveCrashPoint } from '../crash-points.js';

const SYMBOLS = ['BTC-USDT', 'ETH-USDT'];
const WITH_STOPS: readonly VenueOrderType[] = ['market', 'limit', 'stop_loss'];
const WITH_OCO: readonly VenueOrderType[] = [...WITH_STOPS, 'oco'];

/** Orders go out whole, and the price is asked for every second. */
function aWorld(options: LiveWorldOptions): LiveWorld {
  const { algorithm } = liveSettingsOf(tradeExecutorConfig.parse({}).live);
  return new LiveWorld({
    ...options,
    settings: { algorithm: { ...algorithm, kind: 'none' }, exits: { pricePollMs: 1000 } },
  });
}

function termsOf(random: () => number): ExitTerms {
  return {
    ...(random() < 0.7 ? { stopPrice: (90 + random() * 5).toFixed(2) } : {}),
    ...(random() < 0.5 ? { takeProfitPrice: (103 + random() * 6).toFixed(2) } : {}),
    ...(random() < 0.4 ? { trailingDistance: (3 + random() * 4).toFixed(2) } : {}),
    ...(random() < 0.3 ? { maxCandles: 1 + Math.floor(random() * 3) } : {}),
  };
}

/** Buys with exits, sells of the desk's own, and a price that goes up and down; then it falls below every stop. */
async function trade(world: LiveWorld, orders: number, faults: VenueFaults = MANY_FAULTS): Promise<void> {
  await world.start();
  world.venue.faults = faults;
  for (let number = 1; number <= orders; number += 1) {
    const symbol = SYMBOLS[Math.floor(world.random() * 2)] ?? 'BTC-USDT';
    const isBuy = world.random() < 0.7;
    const qty = formatDecimal(parseDecimal((0.1 + world.random()).toFixed(4)));
    const orderId = `o${String(number)}`;
    const exits = isBuy && world.random() < 0.8 ? termsOf(world.random) : undefined;
    await world.submit({
      orderId,
      symbol,
      side: isBuy ? 'buy' : 'sell',
      qty,
      timeframe: '1m',
      ...(exits && { exits }),
    });
    for (let step = 0; step < 3; step += 1) {
      world.venue.price = (92 + world.random() * 17).toFixed(2);
      await world.advance(world.random() * 2500);
      checkOffered(world);
    }
  }
  world.mortality = 0;
  world.venue.faults = NO_FAULTS;
  world.venue.price = '80';
  await world.advance(300_000);
  // A buy may have filled at that price, and trail it.
  world.venue.price = '40';
  await world.advance(100_000);
  void world.machine.reconcile().catch(() => undefined);
  await world.advance(20_000);
}

/** What rests at the exchange to be sold is never more than there is: nothing of it could fill twice. */
function checkOffered({ venue }: LiveWorld): void {
  const offered = venue.orders
    .filter(({ side, symbol, state }) => side === 'sell' && symbol === 'ETH-USDT' && !isFinal(state))
    .reduce((sum, { qty, filledQty }) => sum.plus(parseDecimal(qty)).minus(parseDecimal(filledQty)), Decimal.of(0));
  expect(offered.lte(parseDecimal(venue.balanceOf('ETH')))).toBe(true);
}

function isFinal(state: VenueOrderState): boolean {
  return state !== 'open' && state !== 'partially_filled';
}

async function checkBooks(world: LiveWorld): Promise<void> {
  const { books, venue: there, fills, ...rest } = await compareBooks(world);
  expect({ books, booked: fills.booked, ...rest }).toEqual({
    ...{ books: there, booked: fills.atVenue, doubled: [], open: [], differences: [] },
  });
}

/** All that a stop protected is sold once the price is below every stop. */
async function checkProtected(world: LiveWorld): Promise<void> {
  const left = (await world.store.exits()).filter(
    ({ terms }) =>
      terms.stopPrice !== undefined || terms.trailingDistance !== undefined || terms.maxCandles !== undefined,
  );
  expect(left).toEqual([]);
}

function sold(world: LiveWorld): readonly string[] {
  const kinds = world.store.allFills.flatMap(({ orderId }) => /\.(stop|trail|target|time)$/.exec(orderId)?.[1] ?? []);
  return [...new Set(kinds)].sort();
}

describe.each([
  { name: 'stops', orderTypes: WITH_STOPS },
  { name: 'stops and OCO', orderTypes: WITH_OCO },
])('exits at an exchange that keeps $name', { timeout: 60_000 }, ({ orderTypes }) => {
  const features = { orderTypes: new Set(orderTypes) };

  it('sell by every kind of exit, what was bought and no more, where nothing goes wrong', async () => {
    const world = aWorld({ seed: 6, venue: { features } });
    await trade(world, 40, NO_FAULTS);
    await checkBooks(world);
    await checkProtected(world);
    expect(sold(world)).toEqual(expect.arrayContaining(['stop', 'target', 'time', 'trail']));
  });

  it.each(Array.from({ length: 8 }, (_n, i) => i + 1))(
    'lose and double nothing where it misbehaves: seed %i',
    async (seed) => {
      const world = aWorld({ seed, venue: { features } });
      await trade(world, 30);
      await checkBooks(world);
      await checkProtected(world);
    },
  );

  it.each(Array.from({ length: 8 }, (_n, i) => i + 101))(
    'nor while the process dies again and again: seed %i',
    async (seed) => {
      const world = aWorld({ seed, mortality: 0.01, venue: { features } });
      await trade(world, 30);
      await checkBooks(world);
      await checkProtected(world);
    },
  );
});

describe('exits when the process dies', { timeout: 60_000 }, () => {
  const points = (Object.keys(liveCrashPoints) as LiveCrashPoint[]).filter((point) =>
    /^(exits|fill|outcome|place|claim|cancel)/.test(point),
  );
  it.each(points)('at %s go on as if it had not', async (point) => {
    const features = { orderTypes: new Set(WITH_STOPS) };
    const world = aWorld({ seed: 33, dieAt: { point, time: 3 }, venue: { features } });
    await trade(world, 30);
    await checkBooks(world);
    await checkProtected(world);
    expect(world.deaths).toBe(1);
  });
});

it('stay at the exchange when their session has ended', async () => {
  const world = aWorld({ seed: 1, venue: { features: { orderTypes: new Set(WITH_STOPS) } } });
  await world.start();
  await world.submit({ orderId: 'o1', qty: '1', exits: { stopPrice: '95' } });
  await world.advance(10_000);
  const end = { type: 'unwatch', sessionId: 's1', traceId: 't', ts: '2024-01-01T00:00:00Z' } as const;
  await world.deliver((desk) => cancelLiveSession(desk, end));
  await world.advance(10_000);
  expect((await world.store.openOrders()).map(({ orderId, kind }) => [orderId, kind])).toEqual([
    ['o1.stop', { type: 'stop_loss', stopPrice: '95' }],
  ]);
});

it('make way for a sell of the desk, and protect what is left', async () => {
  const world = aWorld({ seed: 1, venue: { features: { orderTypes: new Set(WITH_STOPS) } } });
  await world.start();
  await world.submit({ orderId: 'o1', qty: '1', exits: { stopPrice: '95' } });
  await world.advance(10_000);
  expect((await world.submit({ orderId: 'o2', side: 'sell', qty: '0.4' })).state).toBe('intended');
  await world.advance(10_000);
  expect(world.store.allOrders.map(({ orderId, state, qty }) => [orderId, state, qty])).toEqual([
    ['o1', 'filled', '1'],
    ['o1.stop', 'canceled', '1'],
    ['o2', 'filled', '0.4'],
    ['o1.2.stop', 'acknowledged', '0.6'],
  ]);
});
