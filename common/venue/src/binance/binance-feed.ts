import { z } from 'zod';
import type { ListedMarkets } from '../listed-markets.js';
import { hasEnded } from '../order-state.js';
import { amountField, idField, optionalIdField, positiveField, readReply, timeField } from '../reply-fields.js';
import { reasonOf } from '../classify-failure.js';
import type { FeedReader, FeedReading } from '../venue-api.js';
import type { VenueEvent } from '../venue.js';
import { listField, marketNamed, mergeLegs, orderOf, venueOrderIdOf, type BinanceOrder } from './binance-shapes.js';

/** Lists of which legs are remembered. */
const MOST_LISTS = 2_000;
const nothing: FeedReading = { events: [] };

const reportShape = z.object({
  s: idField,
  i: idField,
  g: listField,
  c: optionalIdField,
  C: optionalIdField,
  S: z.enum(['BUY', 'SELL']),
  q: positiveField,
  z: amountField,
  X: z.string(),
  x: z.string(),
  O: timeField.optional(),
});

const tradeShape = z.object({
  t: idField,
  l: positiveField,
  L: positiveField,
  n: amountField.nullish(),
  N: z.string().min(1).max(20).nullish(),
  T: timeField,
  m: z.boolean().optional(),
});

type Report = z.output<typeof reportShape>;

const confirmed = z.object({ status: z.literal(200), result: z.object({ subscriptionId: z.int() }) });
const refused = z.object({ error: z.object({ msg: z.string() }) });
const named = z.object({ e: z.string() });

/** Reads the user data stream. @source https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream */
export class BinanceFeedReader implements FeedReader {
  readonly #markets: () => ListedMarkets;
  readonly #legs = new Map<string, Map<string, BinanceOrder>>();

  constructor(markets: () => ListedMarkets) {
    this.#markets = markets;
  }

  read(message: unknown): FeedReading {
    if (confirmed.safeParse(message).success) return { events: [], subscribed: true };
    const failed = refused.safeParse(message);
    if (failed.success) return { events: [], lost: `binance refused the stream: ${failed.data.error.msg}` };
    const event = eventIn(message);
    const name = named.safeParse(event).data?.e;
    if (name === 'eventStreamTerminated' || name === 'serverShutdown') return { events: [], lost: `binance: ${name}` };
    return name === 'executionReport' ? { events: this.#eventsOf(event) } : nothing;
  }

  /** A report that cannot be read is a gap: it tells that something happened, and what has to be asked. */
  #eventsOf(event: unknown): VenueEvent[] {
    try {
      const report = readReply('executionReport', reportShape, event);
      return [...this.#fillOf(report, event), ...this.#orderOf(report)];
    } catch (error) {
      return [{ type: 'gap', reason: reasonOf(error) }];
    }
  }

  #fillOf(report: Report, event: unknown): VenueEvent[] {
    if (report.x !== 'TRADE') return [];
    const trade = readReply('executionReport', tradeShape, event);
    const { symbol, quote } = marketNamed(report.s, this.#markets());
    const fee = { amount: trade.n ?? '0', currency: trade.N ?? quote };
    if (fee.amount !== '0' && typeof trade.N !== 'string')
      throw new Error('executionReport.N: expected the currency of a fee');
    return [
      {
        type: 'fill',
        fill: {
          tradeId: trade.t,
          venueOrderId: venueOrderIdOf(report.i, report.g),
          clientOrderId: this.#clientIdOf(report),
          symbol,
          side: report.S === 'BUY' ? 'buy' : 'sell',
          qty: trade.l,
          price: trade.L,
          fee,
          maker: trade.m,
          atMs: trade.T,
        },
      },
    ];
  }

  #orderOf(report: Report): VenueEvent[] {
    const order = orderOf(
      {
        orderId: report.i,
        listId: report.g,
        clientOrderId: originalIdOf(report),
        qty: report.q,
        filledQty: report.z,
        status: report.X,
        side: report.S,
        createdAtMs: report.O,
      },
      marketNamed(report.s, this.#markets()),
    );
    const id = venueOrderIdOf(report.i, report.g);
    if (order.listId === undefined) return [{ type: 'order', order: mergeLegs(id, [order]) }];
    const legs = this.#legs.get(id) ?? new Map<string, BinanceOrder>();
    legs.set(order.venueOrderId, order);
    this.#remember(id, legs);
    // What became of a list is known from both of its legs only.
    if (legs.size < 2 && hasEnded(order.state)) return [{ type: 'gap', reason: `one leg of ${id} ended` }];
    return [{ type: 'order', order: mergeLegs(id, [...legs.values()]) }];
  }

  #clientIdOf(report: Report): string | undefined {
    const id = originalIdOf(report);
    return venueOrderIdOf(report.i, report.g) === report.i ? id : id?.replace(/-[ps]$/, '');
  }

  #remember(id: string, legs: Map<string, BinanceOrder>): void {
    this.#legs.delete(id);
    if (legs.size === 2 && [...legs.values()].every(({ state }) => hasEnded(state))) return;
    this.#legs.set(id, legs);
    const [oldest] = this.#legs.keys();
    if (this.#legs.size > MOST_LISTS && oldest !== undefined) this.#legs.delete(oldest);
  }
}

/** A cancellation has a client id of its own; the order's is in `C` then. */
function originalIdOf({ c, C }: Report): string | undefined {
  return C ?? c ?? undefined;
}

function eventIn(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return undefined;
  if ('event' in message && typeof message.event === 'object') return message.event;
  return 'data' in message ? message.data : message;
}
