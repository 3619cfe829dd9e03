import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { BookedOrder, Ledgers } from './ledgers.js';

/** Ids by what is wrong with them; empty lists when nothing is. */
export type Violations = Readonly<Record<ViolationKind, readonly string[]>>;

export const violationKinds = {
  lostOrders: 'published, and not in the books',
  duplicates: 'at the exchange more than once',
  orphans: 'at the exchange, and of no order in the books',
  mismatches: 'books and exchange disagree on state or quantity',
  unresolved: 'not at an end in the books',
  openAtVenue: 'still open at the exchange',
  lostFills: 'filled at the exchange, and not booked',
  doubleFills: 'booked more often than filled',
  wrongFills: 'booked with another quantity or price',
  untoldFills: 'booked, and not told by exec.status',
  retoldFills: 'told by exec.status more than once',
  untoldEnds: 'at an end, and exec.status did not say so once',
  balances: 'currencies of which the exchange has another amount than the books',
  differences: 'differences that the executor lists as open',
} as const;
export type ViolationKind = keyof typeof violationKinds;

/** Orders of these states went to the exchange, and are there. */
const THERE = new Set(['acknowledged', 'partially_filled', 'filled']);
/** Orders of these never were. */
const NEVER_THERE = new Set(['denied', 'rejected']);
const ENDS = new Set(['filled', 'canceled', 'rejected', 'expired', 'denied']);

/** What exchange, books and `exec.status` disagree on. */
export function judgeOrders(ledgers: Ledgers): Violations {
  return {
    ...judgeExistence(ledgers),
    ...judgeFills(ledgers),
    ...judgeStatuses(ledgers),
    balances: judgeBalances(ledgers),
    differences: ledgers.books.openDifferences,
  };
}

type OfOrders = Pick<Violations, 'lostOrders' | 'duplicates' | 'orphans' | 'mismatches' | 'unresolved' | 'openAtVenue'>;

function judgeExistence({ published, planted, venue, books }: Ledgers): OfOrders {
  const known = new Set(books.orders.map(({ orderId }) => orderId));
  const byClientId = new Map(books.orders.map((order) => [order.clientOrderId, order]));
  const there = count(venue.orders.map(({ clientOrderId, venueOrderId }) => clientOrderId ?? venueOrderId));
  const isPlanted = new Set(planted);
  return {
    lostOrders: published.filter((orderId) => !known.has(orderId)),
    duplicates: [...there].filter(([, times]) => times > 1).map(([id]) => byClientId.get(id)?.orderId ?? id),
    orphans: [...there.keys()].filter((id) => !byClientId.has(id) && !isPlanted.has(id)),
    mismatches: books.orders.filter((order) => !agrees(order, venue)).map(({ orderId }) => orderId),
    unresolved: books.orders.filter(({ state }) => !ENDS.has(state)).map(({ orderId }) => orderId),
    openAtVenue: venue.orders
      .filter(({ status }) => status === 'open' || status === 'partially_filled')
      .map(({ clientOrderId, venueOrderId }) => clientOrderId ?? venueOrderId),
  };
}

/** Whether what the books say of an order is so at the exchange. */
function agrees(order: BookedOrder, { orders }: Ledgers['venue']): boolean {
  const theirs = orders.filter(({ clientOrderId }) => clientOrderId === order.clientOrderId);
  if (NEVER_THERE.has(order.state)) return theirs.length === 0;
  if (THERE.has(order.state) && theirs.length === 0) return false;
  if ((order.venueOrderId !== null) !== theirs.length > 0) return false;
  return theirs.every(
    ({ venueOrderId, filledQty, qty }) =>
      venueOrderId === order.venueOrderId && same(filledQty, order.filledQty) && same(qty, order.qty),
  );
}

function judgeFills({ venue, books }: Ledgers): Pick<Violations, 'lostFills' | 'doubleFills' | 'wrongFills'> {
  const booked = new Map<string, typeof books.fills>();
  for (const fill of books.fills) booked.set(keyOf(fill), [...(booked.get(keyOf(fill)) ?? []), fill]);
  const real = new Set(venue.fills.map(({ symbol, venueTradeId }) => keyOf({ symbol, tradeId: venueTradeId })));
  const lost: string[] = [];
  const wrong: string[] = [];
  for (const { symbol, venueTradeId, qty, price } of venue.fills) {
    const key = keyOf({ symbol, tradeId: venueTradeId });
    const [ours] = booked.get(key) ?? [];
    if (ours === undefined) lost.push(key);
    else if (!same(ours.qty, qty) || !same(ours.price, price)) wrong.push(key);
  }
  const double = [...booked].filter(([key, fills]) => fills.length > 1 || !real.has(key)).map(([key]) => key);
  return { lostFills: lost, doubleFills: double, wrongFills: wrong };
}

function judgeStatuses({ books, statuses }: Ledgers): Pick<Violations, 'untoldFills' | 'retoldFills' | 'untoldEnds'> {
  const told = count(statuses.flatMap(({ fillId }) => (fillId === undefined ? [] : [fillId])));
  const ends = count(statuses.filter(({ state }) => ENDS.has(state)).map(({ orderId }) => orderId));
  return {
    untoldFills: books.fills.filter(({ fillId }) => !told.has(fillId)).map(({ fillId }) => fillId),
    retoldFills: [...told].filter(([, times]) => times > 1).map(([fillId]) => fillId),
    untoldEnds: books.orders
      .filter(({ orderId, state }) => ENDS.has(state) && ends.get(orderId) !== 1)
      .map(({ orderId }) => orderId),
  };
}

/** To the last digit. */
function judgeBalances({ venue, books }: Ledgers): readonly string[] {
  const currencies = new Set([...Object.keys(venue.balances), ...Object.keys(books.holdings)]);
  return [...currencies].flatMap((currency) => {
    const { free, locked } = venue.balances[currency] ?? { free: '0', locked: '0' };
    const held = parseDecimal(free).plus(parseDecimal(locked));
    // A currency that the desk does not deal in is as it was.
    const expected = books.holdings[currency] ?? venue.deposits[currency] ?? '0';
    if (held.eq(parseDecimal(expected))) return [];
    return [`${currency}: expected ${expected}, was ${formatDecimal(held)}`];
  });
}

function keyOf({ symbol, tradeId }: { readonly symbol: string; readonly tradeId: string }): string {
  return `${symbol} ${tradeId}`;
}

function same(a: string, b: string): boolean {
  return parseDecimal(a).eq(parseDecimal(b));
}

function count(ids: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
