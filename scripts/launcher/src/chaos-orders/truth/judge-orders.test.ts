import { expect, test } from 'vitest';
import { judgeOrders } from './judge-orders.js';
import type { BookedOrder, Ledgers } from './ledgers.js';

const aBooked = (fields: Partial<BookedOrder>): BookedOrder => ({
  ...{ orderId: 'a', clientOrderId: 'oct-a', state: 'filled', reason: null, qty: '2', filledQty: '2' },
  ...{ venueOrderId: 'v1', isWhole: false, partOf: null },
  ...fields,
});
const denied = aBooked({ orderId: 'b', clientOrderId: 'oct-b', state: 'denied', filledQty: '0', venueOrderId: null });
const there = {
  venueOrderId: 'v1',
  clientOrderId: 'oct-a',
  symbol: 'BTC-USDT',
  status: 'filled',
  qty: '2',
  filledQty: '2',
};
const planted = { ...there, venueOrderId: 'v9', clientOrderId: 'oct-x', status: 'canceled', filledQty: '0' };
const trade: Ledgers['venue']['fills'][number] = {
  ...{ venueTradeId: 't1', venueOrderId: 'v1', clientOrderId: 'oct-a', symbol: 'BTC-USDT' },
  side: 'buy',
  ...{ qty: '2', price: '60', fee: '0.1', feeAsset: 'USDT' },
};
const booked = { fillId: 'a.f1', orderId: 'a', tradeId: 't1', symbol: 'BTC-USDT', qty: '2', price: '60' };

/** One order filled whole, one denied, one planted past the desk and cancelled. */
const right: Ledgers = {
  published: ['a', 'b'],
  planted: ['oct-x'],
  venue: {
    balances: {
      USDT: { free: '870', locked: '9.9' },
      BTC: { free: '2', locked: '0' },
      USD: { free: '5', locked: '0' },
    },
    deposits: { USDT: '1000', USD: '5' },
    orders: [there, planted],
    fills: [trade],
  },
  books: { orders: [aBooked({}), denied], fills: [booked], holdings: { USDT: '879.9', BTC: '2' }, openDifferences: [] },
  statuses: [
    { orderId: 'a', state: 'intended' },
    { orderId: 'a', state: 'filled', fillId: 'a.f1' },
    { orderId: 'b', state: 'denied' },
  ],
};

/** What is found, without what is empty. */
function judged(change: { venue?: object; books?: object; statuses?: Ledgers['statuses']; published?: string[] }) {
  const ledgers = {
    ...right,
    ...change,
    venue: { ...right.venue, ...change.venue },
    books: { ...right.books, ...change.books },
  };
  return Object.fromEntries(Object.entries(judgeOrders(ledgers)).filter(([, ids]) => ids.length > 0));
}

test('three ledgers that agree are right', () => {
  expect(judged({})).toEqual({});
});

test.each([
  ['an order that is in no book', { published: ['a', 'b', 'c'] }, { lostOrders: ['c'] }],
  [
    'two orders under one client id',
    { venue: { orders: [there, { ...there, venueOrderId: 'v2' }] } },
    { duplicates: ['a'], mismatches: ['a'] },
  ],
  [
    'an order that nobody intended',
    { venue: { orders: [there, { ...planted, clientOrderId: 'oct-z' }] } },
    { orphans: ['oct-z'] },
  ],
  ['an order that is not there', { venue: { orders: [] } }, { mismatches: ['a'] }],
  [
    'a denied order that is there',
    { venue: { orders: [there, { ...there, clientOrderId: 'oct-b' }] } },
    { mismatches: ['b'] },
  ],
  ['another filled quantity', { venue: { orders: [{ ...there, filledQty: '1' }] } }, { mismatches: ['a'] }],
  [
    'an order that is open there',
    { venue: { orders: [there, { ...planted, status: 'open' }] } },
    { openAtVenue: ['oct-x'] },
  ],
  [
    'an outcome that stays unknown',
    { books: { orders: [aBooked({ state: 'unknown' }), denied] } },
    { unresolved: ['a'] },
  ],
  ['a trade that is not booked', { books: { fills: [] } }, { lostFills: ['BTC-USDT t1'], retoldFills: undefined }],
  [
    'a trade that is booked twice',
    { books: { fills: [booked, { ...booked, fillId: 'a.f2' }] } },
    { doubleFills: ['BTC-USDT t1'], untoldFills: ['a.f2'] },
  ],
  ['a booking without a trade', { venue: { fills: [] } }, { doubleFills: ['BTC-USDT t1'] }],
  ['a booking at another price', { books: { fills: [{ ...booked, price: '61' }] } }, { wrongFills: ['BTC-USDT t1'] }],
  [
    'a fill that is told twice',
    { statuses: [...right.statuses, { orderId: 'a', state: 'partially_filled', fillId: 'a.f1' }] },
    { retoldFills: ['a.f1'] },
  ],
  ['an end that is not told', { statuses: right.statuses.slice(0, 2) }, { untoldEnds: ['b'] }],
  [
    'one unit in the last place',
    { books: { holdings: { USDT: '879.90000001', BTC: '2' } } },
    { balances: ['USDT: expected 879.90000001, was 879.9'] },
  ],
  [
    'a currency that nobody deals in',
    { venue: { balances: { ...right.venue.balances, USD: { free: '4', locked: '0' } } } },
    { balances: ['USD: expected 5, was 4'] },
  ],
  ['what the executor itself found', { books: { openDifferences: ['balance BTC'] } }, { differences: ['balance BTC'] }],
])('finds %s', (_what, change, found) => {
  expect(judged(change)).toEqual(Object.fromEntries(Object.entries(found).filter(([, ids]) => ids !== undefined)));
});

test('an order in parts is the sum of its parts, of which nothing is told', () => {
  const orders = [
    aBooked({ isWhole: true, venueOrderId: null }),
    aBooked({ orderId: 'a.p1', clientOrderId: 'oct-a1', partOf: 'a' }),
    denied,
  ];
  const venue = { orders: [{ ...there, clientOrderId: 'oct-a1' }], fills: [{ ...trade, clientOrderId: 'oct-a1' }] };
  expect(judged({ venue, books: { orders } })).toEqual({});
  const part = aBooked({ orderId: 'a.p1', clientOrderId: 'oct-a1', partOf: 'a', filledQty: '1.5' });
  const short = [aBooked({ isWhole: true, venueOrderId: null }), part, denied];
  expect(judged({ venue, books: { orders: short } })).toEqual({ mismatches: ['a', 'a.p1'] });
});

test('the two legs of a pair of which one cancels the other are one order', () => {
  const legs = [
    { ...there, venueOrderId: 'v1', clientOrderId: 'oct-a-p', status: 'canceled', filledQty: '0' },
    { ...there, venueOrderId: 'v2', clientOrderId: 'oct-a-s' },
  ];
  expect(judged({ venue: { orders: legs }, books: { orders: [aBooked({ venueOrderId: 'list:1' }), denied] } })).toEqual(
    {},
  );
});
