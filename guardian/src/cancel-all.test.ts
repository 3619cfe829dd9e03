import type { Venue, VenueOrder } from '@octant/venue/venue';
import { venueClientOrderId } from '@octant/venue/venue-client-order-id';
import { pino } from 'pino';
import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { expect, test } from 'vitest';
import { cancelAll, isExitOf } from './cancel-all.js';

const OURS = venueClientOrderId('binance', 's1.BTC-USDT.1.0.stop');

function anOrder(venueOrderId: string, side: 'buy' | 'sell', clientOrderId: string | undefined): VenueOrder {
  return {
    ...{ venueOrderId, clientOrderId, side, symbol: 'BTC-USDT', qty: '1', filledQty: '0', state: 'open' },
    createdAtMs: undefined,
  };
}

/** A venue that cancels each order at the second time of asking. */
function aVenue(orders: readonly VenueOrder[]) {
  const open = new Map(orders.map((order) => [order.venueOrderId, order]));
  const asked: string[] = [];
  const venue = {
    id: 'binance',
    openOrders: () => Promise.resolve([...open.values()]),
    cancel: ({ venueOrderId }: { venueOrderId: string }) => {
      asked.push(venueOrderId);
      if (asked.filter((id) => id === venueOrderId).length === 1) {
        return Promise.resolve({ outcome: 'not_done', reason: 'busy', retryAfterMs: 1 } as const);
      }
      open.delete(venueOrderId);
      return Promise.resolve({ outcome: 'canceled' } as const);
    },
  } as unknown as Venue;
  return { venue, asked, open };
}

const ORDERS = [
  anOrder('1', 'buy', OURS),
  anOrder('2', 'sell', OURS),
  anOrder('3', 'sell', 'by-hand'),
  anOrder('4', 'sell', undefined),
];

const work = {
  ...{ logger: pino({ level: 'silent' }), clock: new VirtualClock(0) },
  goesOn: () => true,
  pause: () => Promise.resolve(),
};

test('buys and orders of others are cancelled, again until they are; the sells of a desk stay where they are to', async () => {
  const { venue, asked, open } = aVenue(ORDERS);
  const done = await cancelAll(venue, work, (order) => isExitOf(venue, order));
  expect(done).toEqual({ canceled: ['1', '3', '4'], kept: 1 });
  expect(asked).toEqual(['1', '3', '4', '1', '3', '4']);
  expect([...open.keys()]).toEqual(['2']);
});

test('all are cancelled where none is to stay', async () => {
  const { venue, open } = aVenue(ORDERS);
  expect(await cancelAll(venue, work, () => false)).toEqual({ canceled: ['1', '2', '3', '4'], kept: 0 });
  expect(open.size).toBe(0);
});

test('it ends where it is no longer to go on', async () => {
  const { venue, asked } = aVenue(ORDERS);
  expect(await cancelAll(venue, { ...work, goesOn: () => false }, () => false)).toBeUndefined();
  expect(asked).toEqual([]);
});
