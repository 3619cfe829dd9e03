import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import { describe, expect, it } from 'vitest';
import { LiveWorld } from '../../testing/a-live-desk.js';
import { compareBooks } from '../../testing/compare-books.js';
import { MANY_FAULTS, NO_FAULTS, type VenueFaults } from '../../testing/venue-faults.js';
import { applyLiveHalt } from '../apply-live-command.js';
import { liveCrashPoints, type LiveCrashPoint } from '../crash-points.js';
import type { LiveSettings } from '../live-settings.js';

type Algorithm = LiveSettings['algorithm'];
const TWAP: Algorithm = {
  ...{ kind: 'twap', aboveVolumeShare: 0.02, slices: 5, durationMs: 60_000 },
  ...{ shownShare: 0.25, repriceMs: 5000, finish: 'market' },
};
/** The market comes to every other limit order. */
const MET = { limitFillRatio: 0.5 };
const ICEBERG: Algorithm = { ...TWAP, kind: 'iceberg' };

function aWorld(algorithm: Algorithm, options: ConstructorParameters<typeof LiveWorld>[0] = {}): LiveWorld {
  const world = new LiveWorld({ ...options, settings: { algorithm } });
  // 20 in an average hour: what is above 0.4 is large, and no part is.
  world.venue.dayVolume = '480';
  return world;
}

async function trade(world: LiveWorld, orders: number, faults: VenueFaults = MANY_FAULTS): Promise<void> {
  await world.start();
  world.venue.faults = faults;
  for (let number = 1; number <= orders; number += 1) {
    const side = world.random() < 0.65 ? 'buy' : 'sell';
    const qty = formatDecimal(parseDecimal((0.1 + world.random() * 3).toFixed(4)));
    const symbol = world.random() < 0.5 ? 'BTC-USDT' : 'ETH-USDT';
    await world.submit({ orderId: `o${String(number)}`, symbol, side, qty });
    for (let step = 0; step < 4; step += 1) {
      world.venue.price = (97 + world.random() * 5).toFixed(2);
      await world.advance(world.random() * 5000);
    }
  }
  world.mortality = 0;
  await world.advance(60_000);
  world.venue.faults = NO_FAULTS;
  world.venue.price = '100';
  await world.drain();
  void world.machine.reconcile().catch(() => undefined);
  await world.advance(20_000);
}

async function checkBooks(world: LiveWorld): Promise<void> {
  const { books, venue: there, fills, ...rest } = await compareBooks(world);
  expect({ books, booked: fills.booked, ...rest }).toEqual({
    ...{ books: there, booked: fills.atVenue, doubled: [], open: [], differences: [] },
  });
  const { store } = world;
  const account = await store.loadAccount();
  expect([account.reservedQuote, account.reservedQty]).toEqual(['0', {}]);
  for (const whole of store.allOrders.filter(({ algorithm }) => algorithm !== undefined)) {
    const parts = store.allOrders.filter(({ partOf }) => partOf === whole.orderId);
    const sum = parts.reduce((total, { filledQty }) => total.plus(parseDecimal(filledQty)), Decimal.of(0));
    expect([whole.orderId, formatDecimal(sum)]).toEqual([whole.orderId, whole.filledQty]);
  }
  // The desk hears of whole orders alone: each fill once, each end once.
  const told = store.outbox.filter(({ stream }) => stream === 'exec.status');
  expect(told.filter(({ payload }) => /\.p\d+$/.test(String(payload['orderId'])))).toEqual([]);
  const fillIds = told.map(({ payload }) => payload['fillId']).filter((fillId) => fillId !== undefined);
  expect(fillIds).toEqual(store.allFills.map(({ fillId }) => fillId));
}

describe.each([
  { name: 'TWAP', algorithm: TWAP },
  { name: 'iceberg', algorithm: ICEBERG },
])('large orders by $name', ({ algorithm }) => {
  it('go out in parts, and fill whole where nothing goes wrong', async () => {
    const world = aWorld(algorithm, { seed: 4 });
    await world.start();
    await world.submit({ orderId: 'large', qty: '2' });
    await world.submit({ orderId: 'small', qty: '0.02' });
    for (let step = 0; step < 20; step += 1) {
      world.venue.price = step % 2 === 0 ? '99.9' : '100.1';
      for (const order of world.venue.orders) {
        const resting = world.venue.requests.find(({ clientOrderId }) => clientOrderId === order.clientOrderId);
        if (order.state === 'open' && resting?.kind.type === 'limit') world.venue.fill(order.venueOrderId);
      }
      await world.advance(5000);
    }
    await world.drain();
    await checkBooks(world);
    const { allOrders } = world.store;
    expect(
      allOrders.filter(({ partOf }) => partOf === undefined).map(({ orderId, state }) => [orderId, state]),
    ).toEqual([
      ['large', 'filled'],
      ['small', 'filled'],
    ]);
    const parts = allOrders.filter(({ partOf }) => partOf === 'large');
    expect(parts.length).toBeGreaterThanOrEqual(4);
    for (const { qty } of parts) expect(parseDecimal(qty).lte(parseDecimal('0.4'))).toBe(true);
  });

  it.each(Array.from({ length: 6 }, (_n, i) => i + 1))(
    'lose and double nothing where it misbehaves: seed %i',
    async (seed) => {
      const world = aWorld(algorithm, { seed, venue: MET });
      await trade(world, 15);
      await checkBooks(world);
    },
  );

  it.each(Array.from({ length: 6 }, (_n, i) => i + 101))(
    'nor while the process dies again and again: seed %i',
    async (seed) => {
      const world = aWorld(algorithm, { seed, mortality: 0.01, venue: MET });
      await trade(world, 15);
      await checkBooks(world);
    },
  );
});

describe.each([
  { name: 'TWAP', algorithm: TWAP },
  { name: 'iceberg', algorithm: ICEBERG },
])('orders in parts by $name when the process dies', ({ algorithm }) => {
  // A slice at the market is never cancelled.
  const apart = algorithm.kind === 'twap' ? /^(orphan|flatten|admin|exits|cancel)/ : /^(orphan|flatten|admin|exits)/;
  const points = (Object.keys(liveCrashPoints) as LiveCrashPoint[]).filter((point) => !apart.test(point));
  it.each(points)('at %s go on as if it had not', async (point) => {
    const world = aWorld(algorithm, { seed: 12, dieAt: { point, time: 3 }, venue: MET });
    await trade(world, 12, { ...MANY_FAULTS, lostBefore: 0.2 });
    await checkBooks(world);
    expect(world.deaths).toBe(1);
  });
});

it('end with a halt: what has filled is kept, nothing more is sent, and it is told once', async () => {
  const world = aWorld(TWAP, { seed: 2 });
  await world.start();
  await world.submit({ orderId: 'o1', qty: '2' });
  await world.advance(15_000);
  const halt = { type: 'halt', haltVersion: 1, traceId: 't', ts: '2024-01-01T00:00:00Z' } as const;
  await world.deliver((desk) => applyLiveHalt(desk, halt, 'halt1'));
  await world.advance(120_000);
  const whole = world.store.allOrders.find(({ orderId }) => orderId === 'o1');
  expect(whole).toMatchObject({ state: 'canceled', filledQty: '0.8' });
  expect(world.venue.orders).toHaveLength(2);
  const ends = world.store.outbox.filter(
    ({ stream, payload }) => stream === 'exec.status' && payload['state'] === 'canceled',
  );
  expect(ends.map(({ payload }) => payload['orderId'])).toEqual(['o1']);
  await checkBooks(world);
});

it('leave what is left where the configuration says so', async () => {
  const world = aWorld({ ...ICEBERG, finish: 'leave' }, { seed: 3 });
  await world.start();
  await world.submit({ orderId: 'o1', qty: '2' });
  await world.advance(150_000);
  expect(world.store.allOrders.find(({ orderId }) => orderId === 'o1')).toMatchObject({
    state: 'expired',
    reason: 'time_over: 2 of 2 are left',
  });
  await checkBooks(world);
});

describe('a fill that comes late', () => {
  /** An iceberg of 0.6 whose first part of 0.15 is taken away unfilled, then fills all the same. */
  async function withLateFill(lateQty: string): Promise<LiveWorld> {
    const world = new LiveWorld({ settings: { algorithm: { ...ICEBERG, shownShare: 1, finish: 'leave' } } });
    world.venue.dayVolume = '480';
    await world.start();
    await world.submit({ orderId: 'o1', qty: '0.6' });
    await world.advance(8000);
    const [first] = world.venue.orders;
    expect(first).toMatchObject({ qty: '0.4', state: 'canceled' });
    const second = world.venue.orders[1];
    expect(second).toMatchObject({ qty: '0.4', state: 'open' });
    world.venue.fill(first?.venueOrderId ?? '', lateQty);
    return world;
  }

  it('of a part that had ended takes away what is open and too much by then', async () => {
    const world = await withLateFill('0.3');
    await world.advance(3000);
    expect(world.venue.orders.slice(1).map(({ qty, state }) => [qty, state])).toEqual([
      ['0.4', 'canceled'],
      ['0.3', 'open'],
    ]);
  });

  it('is booked where the open part had filled already: it is the desk’s, more than was wanted or not', async () => {
    const world = await withLateFill('0.3');
    world.venue.fill(world.venue.orders[1]?.venueOrderId ?? '');
    await world.drain();
    const whole = world.store.allOrders.find(({ orderId }) => orderId === 'o1');
    expect(whole).toMatchObject({ state: 'filled', filledQty: '0.7' });
    void world.machine.reconcile().catch(() => undefined);
    await world.advance(20_000);
    await checkBooks(world);
  });
});

it('end with a halt although the price of the market cannot be asked for', async () => {
  const world = aWorld(ICEBERG, { seed: 2 });
  await world.start();
  await world.submit({ orderId: 'o1', qty: '2' });
  await world.advance(3000);
  const answering = world.venue.tickers.bind(world.venue);
  world.venue.tickers = () => Promise.reject(new Error('expected a price, was a time-out'));
  const halt = { type: 'halt', haltVersion: 1, traceId: 't', ts: '2024-01-01T00:00:00Z' } as const;
  await world.deliver((desk) => applyLiveHalt(desk, halt, 'halt1'));
  await world.advance(5000);
  expect(world.store.allOrders.find(({ orderId }) => orderId === 'o1')).toMatchObject({ state: 'canceled' });
  world.venue.tickers = answering;
  await checkBooks(world);
});
