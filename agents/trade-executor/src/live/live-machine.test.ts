import { describe, expect, it } from 'vitest';
import { LiveWorld, SETTINGS, type LiveWorldOptions } from '../testing/a-live-desk.js';
import { aLiveIntent } from '../testing/live-store-rows.js';
import { NO_FAULTS } from '../testing/venue-faults.js';
import type { VenueFill, VenueOrder } from '@octant/venue/venue';
import { acceptDifference, cancelAll, flatten } from './admin-commands.js';
import { applyLiveHalt, cancelLiveSession } from './apply-live-command.js';
import { liveCrashPoints } from './crash-points.js';
import { venueClientOrderId } from '@octant/venue/venue-client-order-id';

const admin = (key: string) => ({ key, actor: 'ann', requestId: 'r', traceId: 't' });
const LIMIT = { type: 'limit', price: '90', timeInForce: 'gtc', postOnly: false } as const;

async function aWorld(options: LiveWorldOptions = {}): Promise<LiveWorld> {
  const world = new LiveWorld(options);
  await world.start();
  return world;
}

const statesOf = (world: LiveWorld, orderId: string) =>
  world.store.outbox
    .filter(({ stream, payload }) => stream === 'exec.status' && payload['orderId'] === orderId)
    .map(({ payload }) => payload['state']);

const orderOf = (world: LiveWorld, orderId: string) => {
  const order = world.store.allOrders.find((each) => each.orderId === orderId);
  if (order === undefined) throw new Error(`expected order ${orderId}`);
  return order;
};

/** Lets work that waits in virtual time come to its end. */
async function within<Result>(world: LiveWorld, work: Promise<Result>): Promise<Result> {
  const settled = work.catch(() => undefined);
  for (let turn = 0; turn < 100; turn += 1) await Promise.race([settled, world.advance(100)]);
  return work;
}

const openDifferences = async (world: LiveWorld) =>
  (await world.store.differences({ open: true, limit: 10 })).map(({ kind, subject, figures }) => [
    kind,
    subject,
    figures,
  ]);

describe('an order whose outcome is unknown', () => {
  it('counts against cash and position until it is resolved, and is told once', async () => {
    const world = await aWorld();
    world.venue.faults = { ...NO_FAULTS, lostBefore: 1, silent: 1, eventLost: 1 };
    await world.submit({ orderId: 'o1' });
    await world.advance(20_000);
    expect(orderOf(world, 'o1').state).toBe('unknown');
    const account = await world.store.loadAccount();
    expect([account.reservedQuote, account.openOrders]).toEqual(['101', 1]);
    expect((await world.submit({ orderId: 'o2', qty: '495' })).reason).toMatch(
      /^insufficient_cash: .*101 in open orders/,
    );
    expect(statesOf(world, 'o1')).toEqual(['intended', 'unknown']);
    const notices = world.store.outbox.filter(({ type }) => type === 'order_unknown');
    expect(notices).toHaveLength(1);
  });

  it('is sent again only once the venue itself says that it has none, after every request has expired', async () => {
    const world = await aWorld();
    world.venue.faults = { ...NO_FAULTS, lostBefore: 1 };
    await world.submit({ orderId: 'o1' });
    await world.advance(4000);
    world.venue.faults = NO_FAULTS;
    expect(world.venue.requests).toHaveLength(1);
    await world.advance(20_000);
    expect(world.venue.requests.map(({ clientOrderId }) => clientOrderId)).toEqual(
      Array.from({ length: 2 }, () => orderOf(world, 'o1').clientOrderId),
    );
    const [first, second] = world.venue.requests.map(({ expiresAtMs = 0 }) => expiresAtMs);
    const { requestExpiryMs, flightMs } = world.machine.desk.settings().sending;
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(requestExpiryMs + flightMs + 250);
    expect(orderOf(world, 'o1')).toMatchObject({ state: 'filled', attempts: 2, filledQty: '1' });
  });

  it('is never sent again where requests do not expire: it is a difference, and an admin ends it', async () => {
    const world = await aWorld({ venue: { features: { requestExpiry: false } } });
    world.venue.faults = { ...NO_FAULTS, lostBefore: 1 };
    await world.submit({ orderId: 'o1' });
    await world.advance(120_000);
    world.venue.faults = NO_FAULTS;
    expect(world.venue.requests).toHaveLength(1);
    const [difference] = await world.store.differences({ open: true, limit: 1 });
    expect(difference).toMatchObject({ kind: 'order_unresolved', subject: 'o1', blocking: true });
    await acceptDifference(world.machine.desk, admin('k'), difference?.id ?? 0);
    expect(statesOf(world, 'o1')).toEqual(['intended', 'unknown', 'canceled']);
    expect((await world.store.loadAccount()).reservedQuote).toBe('0');
  });

  it('that is a buy whose time is over expires instead of being sent at a price that is gone', async () => {
    const world = await aWorld();
    world.venue.faults = { ...NO_FAULTS, notDone: 1 };
    await world.submit({ orderId: 'o1' });
    await world.advance(60_000);
    expect(orderOf(world, 'o1')).toMatchObject({ state: 'expired', reason: expect.stringMatching(/^not_sent: /) });
  });
});

it('a buy that nobody came to send for too long is not sent by the process that comes', async () => {
  const world = await aWorld();
  world.kill();
  await world.clock.advance(100);
  await world.store.transact((live) => live.insertOrder(aLiveIntent({ orderId: 'o1' })));
  const position = { qty: '1', costQuote: '100' };
  const books = { cashQuote: '49900', lastFillSeq: 0, lastFillAtMs: 0, symbol: 'BTC-USDT', position };
  await world.store.transact((live) => live.saveBooks(books));
  await world.store.transact((live) => live.insertOrder(aLiveIntent({ orderId: 'o2', side: 'sell' })));
  await world.clock.advance(40_000);
  await world.advance(20_000);
  expect(orderOf(world, 'o1')).toMatchObject({ state: 'expired', reason: expect.stringMatching(/^not_sent: /) });
  expect(world.venue.requests.map(({ side }) => side)).toEqual(['sell']);
});

it('a sell of more than is held is rejected before it is sent', async () => {
  const world = await aWorld();
  await world.store.transact((live) => live.insertOrder(aLiveIntent({ orderId: 'o1', side: 'sell' })));
  await world.advance(2000);
  expect(orderOf(world, 'o1')).toMatchObject({
    state: 'rejected',
    reason: 'insufficient_position: expected open sells up to the position of 0, was 1',
  });
  expect(world.venue.requests).toEqual([]);
});

describe('fills', () => {
  it('that come before their order is acknowledged, twice and out of order, are each booked once', async () => {
    const world = await aWorld();
    await world.submit({ orderId: 'o1' });
    const { feed } = world.machine;
    await world.advance(10);
    const order = world.venue.orders[0] ?? ({ clientOrderId: orderOf(world, 'o1').clientOrderId } as VenueOrder);
    await world.advance(3000);
    for (const fill of [...world.venue.fills].reverse()) {
      feed.onEvent({ type: 'fill', fill });
      feed.onEvent({ type: 'order', order: { ...order, filledQty: '0', state: 'open' } });
    }
    await world.advance(100);
    expect(world.store.allFills).toHaveLength(world.venue.fills.length);
    expect(orderOf(world, 'o1').state).toBe('filled');
  });

  it('of nobody’s order are never made into one: a notice, and a difference of the balances that blocks', async () => {
    const world = await aWorld();
    world.venue.placeByHand({ clientOrderId: 'web-1', qty: '0.5' });
    await world.submit({ orderId: 'o1', qty: '0.2' });
    await world.advance(40_000);
    expect(world.store.allFills.map(({ orderId }) => orderId)).not.toContain('web-1');
    expect(await openDifferences(world)).toEqual([
      ['balance', 'BTC', expect.objectContaining({ difference: '0.5' })],
      ['balance', 'USDT', expect.objectContaining({ difference: '-50.05' })],
      ...world.venue.fills
        .filter(({ clientOrderId }) => clientOrderId === 'web-1')
        .map(({ tradeId }): unknown[] => ['foreign_fill', `BTC-USDT:${tradeId}`, expect.anything()])
        .reverse(),
    ]);
    expect((await world.submit({ orderId: 'o2' })).reason).toMatch(/^only_reducing: reconciliation: /);
    expect((await world.submit({ orderId: 'o3', side: 'sell', qty: '0.2' })).state).toBe('intended');
    expect(world.store.outbox.some(({ type }) => type === 'reconciliation_difference')).toBe(true);
  });

  it('that cannot be read are passed over, and nothing is booked', async () => {
    const world = await aWorld();
    await world.submit({ orderId: 'o1', kind: LIMIT });
    await world.advance(2000);
    const { clientOrderId } = orderOf(world, 'o1');
    const good: VenueFill = {
      ...{ tradeId: 'x', venueOrderId: 'v1', clientOrderId, symbol: 'BTC-USDT', side: 'buy', qty: '0.1', price: '90' },
      ...{ fee: { amount: '0', currency: 'USDT' }, maker: true, atMs: world.clock.now() },
    };
    const broken = [
      { qty: null },
      { qty: 0.1 },
      { qty: '-1' },
      { qty: '1e3' },
      { price: 'NaN' },
      { price: undefined },
      { side: 'BUY' },
      { tradeId: '' },
      { atMs: '1' },
      { fee: { amount: null, currency: 'USDT' } },
    ];
    for (const fields of broken) {
      world.machine.feed.onEvent({ type: 'fill', fill: { ...good, ...fields } as unknown as VenueFill });
    }
    for (const fields of [{ filledQty: null }, { filledQty: 5 }, { venueOrderId: undefined }, { side: 1 }]) {
      const order = { ...world.venue.orders[0], ...fields } as unknown as VenueOrder;
      world.machine.feed.onEvent({ type: 'order', order });
    }
    await world.advance(1000);
    expect(world.store.allFills).toEqual([]);
    expect(orderOf(world, 'o1')).toMatchObject({ state: 'acknowledged', filledQty: '0' });
  });

  it('of an order that had ended are booked all the same, its state stays, and the refused step is counted', async () => {
    const world = await aWorld();
    await world.submit({ orderId: 'o1', kind: LIMIT });
    await world.advance(2000);
    await cancelAll(world.machine.desk, admin('k'));
    await world.advance(3000);
    expect(orderOf(world, 'o1').state).toBe('canceled');
    const { clientOrderId } = orderOf(world, 'o1');
    const fill: VenueFill = {
      ...{
        tradeId: 'late',
        venueOrderId: 'v1',
        clientOrderId,
        symbol: 'BTC-USDT',
        side: 'buy',
        qty: '0.1',
        price: '90',
      },
      ...{ fee: { amount: '0', currency: 'USDT' }, maker: true, atMs: world.clock.now() },
    };
    world.machine.feed.onEvent({ type: 'fill', fill });
    await world.advance(100);
    expect(orderOf(world, 'o1')).toMatchObject({ state: 'canceled', filledQty: '0.1' });
    expect((await world.store.loadAccount()).cashQuote).toBe('49991');
    expect(await world.registry.getSingleMetricAsString('order_transitions_refused_total')).toMatch(
      /from="canceled".* 1/,
    );
  });
});

describe('cancels', () => {
  it('of a halt go to the venue for resting buys, and leave sells', async () => {
    const world = await aWorld();
    await world.submit({ orderId: 'b1', qty: '1' });
    await world.advance(3000);
    await world.submit({ orderId: 'b2', kind: LIMIT });
    await world.submit({ orderId: 's1', side: 'sell', qty: '0.5', kind: { ...LIMIT, price: '200' } });
    await world.advance(2000);
    const halt = {
      type: 'halt',
      haltVersion: 1,
      reason: 'daily_loss',
      traceId: 't',
      ts: '2024-01-01T00:00:00Z',
    } as const;
    await world.deliver((desk) => applyLiveHalt(desk, halt, 'm1'));
    await world.advance(3000);
    expect(orderOf(world, 'b2')).toMatchObject({ state: 'canceled', reason: 'halted: daily_loss' });
    expect(orderOf(world, 's1').state).toBe('acknowledged');
    expect((await world.submit({ orderId: 'b3', haltVersion: 1 })).reason).toMatch(/^halted: /);
    await world.deliver((desk) => cancelLiveSession(desk, { type: 'unwatch', sessionId: 's1', traceId: 't', ts: '' }));
    await world.advance(3000);
    expect(orderOf(world, 's1').state).toBe('canceled');
  });

  it('are retried until the order has ended, and one that fills meanwhile is filled', async () => {
    const world = await aWorld();
    await world.submit({ orderId: 'o1', kind: LIMIT });
    await world.submit({ orderId: 'o2', kind: LIMIT });
    await world.advance(2000);
    world.venue.faults = { ...NO_FAULTS, notDone: 1 };
    expect(await cancelAll(world.machine.desk, admin('k'))).toEqual({ orders: 2 });
    expect(await cancelAll(world.machine.desk, admin('k'))).toEqual({ orders: 2 });
    await world.advance(3000);
    world.venue.fill(orderOf(world, 'o1').venueOrderId ?? '');
    world.venue.faults = NO_FAULTS;
    await world.advance(60_000);
    expect([orderOf(world, 'o1').state, orderOf(world, 'o2').state]).toEqual(['filled', 'canceled']);
    expect(orderOf(world, 'o2').reason).toBe('cancel_all: asked for by ann');
  });

  it('of what was not sent yet are done at once', async () => {
    const world = await aWorld();
    world.venue.faults = { ...NO_FAULTS, notDone: 1 };
    await world.submit({ orderId: 'o1' });
    do await world.advance(10);
    while (orderOf(world, 'o1').state !== 'intended');
    await cancelAll(world.machine.desk, admin('k'));
    expect(orderOf(world, 'o1').state).toBe('canceled');
  });
});

describe('a flatten', () => {
  it('cancels, then sells what is held in rounds, goes on after a death, and ends', async () => {
    const world = await aWorld({ seed: 4 });
    await world.submit({ orderId: 'o1', qty: '2' });
    await world.submit({ orderId: 'o2', symbol: 'ETH-USDT', qty: '1' });
    await world.advance(5000);
    await world.submit({ orderId: 'o3', side: 'sell', qty: '1', kind: { ...LIMIT, price: '200' } });
    await world.advance(2000);
    world.venue.faults = { ...NO_FAULTS, cutShort: 0.4, rejected: 0.2, lostAfter: 0.2 };
    expect(await flatten(world.machine.desk, admin('f'), [])).toEqual({
      orders: 1,
      positions: ['BTC-USDT', 'ETH-USDT'],
    });
    await world.advance(700);
    world.kill();
    await world.advance(180_000);
    expect((await world.store.loadAccount()).positions).toEqual({});
    expect(await world.store.openCommands()).toEqual([]);
    expect([world.venue.balanceOf('BTC'), world.venue.balanceOf('ETH')]).toEqual(['3', '0']);
    expect(orderOf(world, 'o3').state).toBe('canceled');
  });
});

describe('the gate for new exposure', () => {
  it.each([
    [
      'the environment does not name the exchange',
      { liveVariable: 'kraken' },
      /^only_reducing: interlock: .*OCTANT_LIVE=binance \(was kraken\)/,
    ],
    ['the environment says nothing', { liveVariable: undefined }, /^only_reducing: interlock: .*was not set/],
  ])('is shut where %s', async (_where, options, reason) => {
    const world = await aWorld(options);
    expect((await world.submit({ orderId: 'o1' })).reason).toMatch(reason);
  });

  it('is shut until somebody has looked, where the clock is off, and where the key may withdraw', async () => {
    const world = new LiveWorld();
    await world.machine.open();
    expect((await world.submit({ orderId: 'o1' })).reason).toMatch(/^only_reducing: /);
    await world.start();
    world.venue.offsetMs = 251;
    await world.advance(61_000);
    expect((await world.submit({ orderId: 'o2' })).reason).toMatch(/^only_reducing: clock: expected .* within 250 ms/);
    world.venue.offsetMs = -250;
    world.venue.rights = { mayTrade: true, mayWithdraw: true };
    await world.advance(61_000);
    expect((await world.submit({ orderId: 'o3' })).reason).toMatch(
      /^only_reducing: key: expected a key that may not withdraw/,
    );
    world.venue.rights = { mayTrade: undefined, mayWithdraw: undefined };
    await world.advance(61_000);
    expect((await world.submit({ orderId: 'o4' })).state).toBe('intended');
  });
});

describe('the comparison with the exchange', () => {
  it('cancels orphans with our prefix, lists orders of others without blocking, and accepts them once', async () => {
    const world = await aWorld();
    const orphan = world.venue.placeByHand({
      clientOrderId: venueClientOrderId('binance', 'of-another-desk'),
      kind: LIMIT,
    });
    const foreign = world.venue.placeByHand({ clientOrderId: 'web-1', kind: LIMIT });
    await world.advance(20_000);
    expect(world.venue.orders.map(({ state }) => state)).toEqual(['canceled', 'open']);
    const all = await world.store.differences({ open: false, limit: 10 });
    expect(all.map(({ kind, subject, state }) => [kind, subject, state])).toEqual([
      ['foreign_order', foreign.venueOrderId, 'open'],
      ['orphan_order', orphan.venueOrderId, 'repaired'],
    ]);
    expect((await world.submit({ orderId: 'o1', qty: '0.1' })).state).toBe('intended');
    const id = all[0]?.id ?? 0;
    await acceptDifference(world.machine.desk, admin('a'), id);
    expect(await acceptDifference(world.machine.desk, admin('a'), id)).toMatchObject({ id, kind: 'foreign_order' });
    await expect(acceptDifference(world.machine.desk, admin('b'), id)).rejects.toMatchObject({
      code: 'difference_closed',
    });
    await expect(acceptDifference(world.machine.desk, admin('c'), 99)).rejects.toMatchObject({ status: 404 });
    await world.advance(40_000);
    expect(await openDifferences(world)).toEqual([]);
  });

  it('finds that the account holds less than it is to open with', async () => {
    const world = await aWorld({ startEquityQuote: '150000' });
    expect(await openDifferences(world)).toEqual([
      [
        'balance',
        'USDT',
        { baseline: '0', books: '150000', expected: '150000', actual: '100000', difference: '-50000' },
      ],
    ]);
    expect((await world.submit({ orderId: 'o1' })).reason).toMatch(/^only_reducing: reconciliation: /);
  });

  it('counts an accepted difference of balances as held beside the books', async () => {
    const world = await aWorld();
    world.venue.move('USDT', '-1000');
    await world.advance(20_000);
    const [difference] = await world.store.differences({ open: true, limit: 1 });
    await acceptDifference(world.machine.desk, admin('a'), difference?.id ?? 0);
    await within(world, world.machine.reconcile());
    expect(await openDifferences(world)).toEqual([]);
    expect((await world.store.baselines()).get('USDT')).toBe('49000');
    expect((await world.submit({ orderId: 'o1' })).state).toBe('intended');
  });

  it('books fills that nobody told of, and says so', async () => {
    const world = await aWorld({
      settings: {
        fills: { pollMs: 600_000, overlapMs: 60_000 },
        ordersPollMs: 600_000,
        reconcile: { everyMs: 60_000, lookbackMs: 86_400_000, unresolvedAfterMs: 60_000, orphans: 'cancel' },
      },
    });
    world.venue.faults = { ...NO_FAULTS, eventLost: 1 };
    await world.submit({ orderId: 'o1', kind: LIMIT });
    await world.advance(5000);
    world.venue.fill('v1', '0.4');
    await world.advance(70_000);
    expect(orderOf(world, 'o1')).toMatchObject({ state: 'partially_filled', filledQty: '0.4' });
    const [difference] = await world.store.differences({ open: false, limit: 1 });
    expect(difference).toMatchObject({ kind: 'missing_fill', subject: 'BTC-USDT:t1', state: 'repaired' });
  });
});

it('an exchange that is away at the start is asked again soon, and the desk only reduces until then', async () => {
  const world = new LiveWorld({ settings: { reconcile: { ...SETTINGS.reconcile, everyMs: 600_000 } } });
  world.venue.faults = { ...NO_FAULTS, silent: 1 };
  await world.start();
  await world.advance(30_000);
  expect((await world.submit({ orderId: 'o1' })).reason).toMatch(/^only_reducing: (markets|reconciliation): /);
  world.venue.faults = NO_FAULTS;
  await world.advance(61_000);
  expect((await world.submit({ orderId: 'o2' })).state).toBe('intended');
});

describe('a restart', () => {
  it('knows what the process before it knew: warm equals cold', async () => {
    const world = await aWorld();
    await world.submit({ orderId: 'o1', qty: '1' });
    await world.submit({ orderId: 'o2', symbol: 'ETH-USDT', kind: LIMIT });
    await world.advance(5000);
    const before = [await world.store.loadAccount(), await world.store.openOrders(), await world.store.baselines()];
    const gate = world.machine.desk.gate.refusal('BTC-USDT');
    world.kill();
    await world.advance(5000);
    expect([await world.store.loadAccount(), await world.store.openOrders(), await world.store.baselines()]).toEqual(
      before,
    );
    expect([gate, world.machine.desk.gate.refusal('BTC-USDT')]).toEqual([undefined, undefined]);
  });

  it('at any point of a flatten, an admin’s command or an orphan’s end goes on as if it had not been', async () => {
    const points = Object.keys(liveCrashPoints).filter((point) => /^(orphan|flatten|admin)/.test(point));
    for (const point of points) {
      const world = await aWorld({ dieAt: { point: point as keyof typeof liveCrashPoints, time: 1 } });
      world.venue.placeByHand({ clientOrderId: venueClientOrderId('binance', 'of-another-desk'), kind: LIMIT });
      await world.submit({ orderId: 'o1', qty: '1' });
      await world.advance(20_000);
      void flatten(world.machine.desk, admin('f'), []);
      await world.advance(5000);
      if (world.deaths > 0) void flatten(world.machine.desk, admin('f'), []);
      await world.advance(60_000);
      expect([point, world.deaths]).toEqual([point, 1]);
      expect((await world.store.loadAccount()).positions).toEqual({});
      expect(world.venue.balanceOf('BTC')).toBe('3');
      expect(world.venue.orders.filter(({ state }) => state === 'open')).toEqual([]);
    }
  });
});
