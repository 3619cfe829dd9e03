import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { LiveWorld } from './a-live-desk.js';

/** What a live world came to: the books and the venue, in the same words, and what is left. */
export interface WorldEnd {
  readonly books: Readonly<Record<string, string>>;
  /** By what the venue's account has changed since the start. */
  readonly venue: Readonly<Record<string, string>>;
  readonly fills: { readonly booked: number; readonly atVenue: number };
  /** Client ids that the venue has more than one order of. */
  readonly doubled: readonly string[];
  readonly open: readonly string[];
  readonly differences: readonly string[];
}

const START = { books: '50000', USDT: '100000', BTC: '3', ETH: '0' } as const;

/** Compares books and venue at the end of a run in `LiveWorld`'s own account. */
export async function compareBooks({ store, venue }: LiveWorld): Promise<WorldEnd> {
  const { cashQuote, positions } = await store.loadAccount();
  const moved = (currency: 'USDT' | 'BTC' | 'ETH'): string =>
    formatDecimal(parseDecimal(venue.balanceOf(currency)).minus(parseDecimal(START[currency])));
  const ids = venue.orders.map(({ clientOrderId }) => clientOrderId ?? '');
  const open = await store.openOrders();
  const differences = await store.differences({ open: true, limit: 10 });
  return {
    books: {
      USDT: formatDecimal(parseDecimal(cashQuote).minus(parseDecimal(START.books))),
      BTC: positions['BTC-USDT']?.qty ?? '0',
      ETH: positions['ETH-USDT']?.qty ?? '0',
    },
    venue: { USDT: moved('USDT'), BTC: moved('BTC'), ETH: moved('ETH') },
    fills: { booked: store.allFills.length, atVenue: venue.fills.length },
    doubled: ids.filter((id, index) => ids.indexOf(id) !== index),
    open: open.map(({ orderId, state, reason = '' }) => `${orderId} ${state} ${reason}`),
    differences: differences.map(({ kind, subject, explanation }) => `${kind} ${subject}: ${explanation}`),
  };
}
