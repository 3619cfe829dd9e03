import { describe, expect, it } from 'vitest';
import type { VenueOrderType, VenueTicker } from '@octant/venue/venue';
import { LiveWorld } from '../../testing/a-live-desk.js';
import type { MemoryVenueOptions } from '../../testing/memory-venue.js';
import { cancelAll } from '../admin-commands.js';
import { applyLiveHalt } from '../apply-live-command.js';
import type { LiveSubmission } from '../take-live-order.js';

const STOPS: readonly VenueOrderType[] = ['market', 'limit', 'stop_loss'];
const PAIRS: readonly VenueOrderType[] = [...STOPS, 'oco'];

/** A desk that has bought 1 BTC at 100 with these exits, and whose exits have settled. */
async function entered(
  exits: LiveSubmission['exits'],
  orderTypes = STOPS,
  venue: Partial<MemoryVenueOptions> = {},
): Promise<LiveWorld> {
  const world = new LiveWorld({
    seed: 1,
    // Orders fill at once, whole.
    venue: { random: () => 0.25, ...venue, features: { orderTypes: new Set(orderTypes) } },
    settings: { exits: { pricePollMs: 1000 } },
  });
  await world.start();
  await world.submit({ orderId: 'o1', qty: '1', timeframe: '1m', exits });
  await world.advance(10_000);
  return world;
}

/** Orders that exits made: id, state, quantity, and the level of those that rest. */
function orders({ store }: LiveWorld): readonly unknown[] {
  return store.allOrders
    .filter(({ exitOf }) => exitOf !== undefined)
    .map(({ orderId, state, qty, kind }) => [orderId, state, qty, ...('stopPrice' in kind ? [kind.stopPrice] : [])]);
}

async function unprotected({ machine, registry }: LiveWorld): Promise<number | undefined> {
  await machine.observe();
  const found = await registry.getSingleMetric('entries_without_stop')?.get();
  return found?.values[0]?.value;
}

function notices({ store }: LiveWorld, type: string): readonly unknown[] {
  return store.outbox.flatMap((message) =>
    message.stream === 'notify.events' && message.type === type
      ? [(message.payload as { readonly message: string }).message]
      : [],
  );
}

describe('a stop', () => {
  it('rests at the exchange, sells there, and is told of as an exit', async () => {
    const world = await entered({ stopPrice: '95' });
    expect(orders(world)).toEqual([['o1.stop', 'acknowledged', '1', '95']]);
    expect(await unprotected(world)).toBe(0);
    world.venue.price = '94';
    await world.advance(10_000);
    expect(orders(world)).toEqual([['o1.stop', 'filled', '1', '95']]);
    expect(await world.store.exits()).toEqual([]);
    expect(notices(world, 'fill').at(-1)).toMatch(/^Sold .* BTC-USDT at 94 \(stop\), fee /);
  });

  it('that the price is beyond already is refused there, and sells at the market', async () => {
    const world = await entered({ stopPrice: '101' });
    expect(orders(world)).toEqual([
      ['o1.stop', 'rejected', '1', '101'],
      ['o1.2.stop', 'filled', '1'],
    ]);
  });

  it('that has begun to sell is left to it', async () => {
    const world = await entered({ stopPrice: '95' });
    const resting = world.venue.orders.at(-1)?.venueOrderId ?? '';
    world.venue.fill(resting, '0.4');
    await world.advance(10_000);
    expect(orders(world)).toEqual([['o1.stop', 'partially_filled', '1', '95']]);
    expect((await world.store.exits()).map(({ qty, triggered }) => [qty, triggered])).toEqual([['0.6', 'stop']]);
  });

  it('sells in whole lots what the fee in coin has left', async () => {
    const feeCurrency = (symbol: string, side: 'buy' | 'sell') => symbol.split('-')[side === 'buy' ? 0 : 1] ?? '';
    const world = await entered({ stopPrice: '95' }, STOPS, { feeCurrency });
    expect(orders(world)).toEqual([['o1.stop', 'acknowledged', '0.999', '95']]);
  });

  it('outlives a halt', async () => {
    const world = await entered({ stopPrice: '95' });
    const halt = { type: 'halt', haltVersion: 1, reason: 'test', traceId: 't', ts: '2024-01-01T00:00:00Z' } as const;
    await world.deliver((desk) => applyLiveHalt(desk, halt, 'k'));
    await world.advance(5000);
    expect(orders(world)).toEqual([['o1.stop', 'acknowledged', '1', '95']]);
    // And one that somebody took away there is put back.
    void world.venue.cancel({ venueOrderId: world.venue.orders.at(-1)?.venueOrderId ?? '' });
    await world.advance(40_000);
    expect(orders(world)).toEqual([
      ['o1.stop', 'canceled', '1', '95'],
      ['o1.2.stop', 'acknowledged', '1', '95'],
    ]);
  });

  it('is ended by cancel-all, which says what is held without it', async () => {
    const world = await entered({ stopPrice: '95' });
    await cancelAll(world.machine.desk, { key: 'k', actor: 'admin', requestId: 'r', traceId: 't' });
    await world.advance(20_000);
    expect(orders(world)).toEqual([['o1.stop', 'canceled', '1', '95']]);
    expect(await world.store.exits()).toEqual([]);
    expect(notices(world, 'exits_ended')).toEqual([
      '1 BTC-USDT of o1 are held without exits now (cancel_all: asked for by admin)',
    ]);
  });

  it('that the exchange refuses again and again is told of once, and sells the moment that the price is there', async () => {
    const world = await entered(undefined);
    // No pair of prices is taken, as where an account has reached its number of stops.
    const place = world.venue.place.bind(world.venue);
    world.venue.place = (request) =>
      request.kind.type === 'stop_loss'
        ? Promise.resolve({ outcome: 'rejected', code: '-1013', reason: 'MAX_NUM_ALGO_ORDERS' })
        : place(request);
    await world.submit({ orderId: 'o2', qty: '1', exits: { stopPrice: '95' } });
    await world.advance(120_000);
    expect(orders(world).length).toBeGreaterThan(3);
    expect(await unprotected(world)).toBe(1);
    expect(notices(world, 'exit_failing')).toHaveLength(1);
    world.venue.price = '94';
    await world.advance(3000);
    expect(orders(world).at(-1)).toEqual([expect.stringMatching(/^o2\.\d+\.stop$/), 'filled', '1']);
  });
});

describe('a target', () => {
  it('rests beside the stop as a pair, and says that it was the one that sold', async () => {
    const world = await entered({ stopPrice: '95', takeProfitPrice: '105' }, PAIRS);
    world.venue.price = '105';
    await world.advance(10_000);
    expect(orders(world)).toEqual([['o1.stop', 'filled', '1', '95']]);
    expect(notices(world, 'fill').at(-1)).toMatch(/^Sold .* at 105 \(target\), fee /);
  });

  it('that has sold in part gives way to a new pair: the exchange has taken its stop away', async () => {
    const world = await entered({ stopPrice: '95', takeProfitPrice: '105' }, PAIRS);
    const resting = world.venue.orders.at(-1)?.venueOrderId ?? '';
    // It has its price for a moment, and fills only so much.
    world.venue.sellAt(resting, '105', '0.4');
    await world.advance(10_000);
    expect(orders(world)).toEqual([
      ['o1.stop', 'canceled', '1', '95'],
      ['o1.2.stop', 'acknowledged', '0.6', '95'],
    ]);
  });

  it('is watched where the exchange keeps no pairs: the stop makes way, and it sells', async () => {
    const world = await entered({ stopPrice: '95', takeProfitPrice: '105' });
    world.venue.price = '105';
    await world.advance(10_000);
    expect(orders(world)).toEqual([
      ['o1.stop', 'canceled', '1', '95'],
      ['o1.2.target', 'filled', '1'],
    ]);
  });
});

describe('a trailing stop', () => {
  it('is put higher, never lower, and sells', async () => {
    const world = await entered({ trailingDistance: '5' });
    world.venue.price = '110';
    await world.advance(10_000);
    world.venue.price = '106';
    await world.advance(10_000);
    expect(orders(world)).toEqual([
      ['o1.trail', 'canceled', '1', '95'],
      ['o1.2.trail', 'acknowledged', '1', '105'],
    ]);
    world.venue.price = '105';
    await world.advance(10_000);
    expect(orders(world).at(-1)).toEqual(['o1.2.trail', 'filled', '1', '105']);
  });
});

it('what is bought in parts is protected once a second, not for each of them', async () => {
  // Three quarters of what is left at a time, every 300 ms.
  const world = await entered({ stopPrice: '95' }, STOPS, { random: () => 0.75 });
  expect(world.store.allFills.length).toBeGreaterThan(6);
  expect(orders(world).length).toBeLessThan(5);
  expect(orders(world).at(-1)).toEqual([expect.any(String), 'acknowledged', '1', '95']);
});

it('a time stop sells at the open that follows so many closes', async () => {
  const world = await entered({ stopPrice: '95', maxCandles: 1 });
  const [exits] = await world.store.exits();
  expect((exits?.timeStopMs ?? 1) % 60_000).toBe(0);
  await world.advance((exits?.timeStopMs ?? 0) - world.clock.now() - 500);
  expect(orders(world)).toHaveLength(1);
  await world.advance(5000);
  expect(orders(world)).toEqual([
    ['o1.stop', 'canceled', '1', '95'],
    ['o1.2.time', 'filled', '1'],
  ]);
});

it('an exchange that does not answer for its prices holds no stop up, and is asked one question for all', async () => {
  const asked: (readonly string[])[] = [];
  const world = await entered(undefined);
  world.venue.tickers = (symbols): Promise<ReadonlyMap<string, VenueTicker>> => {
    asked.push(symbols);
    return new Promise(() => undefined);
  };
  for (const symbol of ['BTC-USDT', 'ETH-USDT']) {
    await world.submit({ orderId: symbol, symbol, qty: '1', exits: { trailingDistance: '5' } });
  }
  await world.advance(10_000);
  expect(orders(world)).toEqual([
    ['BTC-USDT.trail', 'acknowledged', '1', '95'],
    ['ETH-USDT.trail', 'acknowledged', '1', '95'],
  ]);
  expect(asked).toHaveLength(1);
});
