import { z } from 'zod';
import { reasonOf } from '../classify-failure.js';
import type { ListedMarket, ListedMarkets } from '../listed-markets.js';
import { consistentOrder } from '../order-state.js';
import {
  amountField,
  idField,
  isoTimeField,
  optionalIdField,
  positiveField,
  readReply,
  unreadable,
} from '../reply-fields.js';
import type { FeedReader, FeedReading } from '../venue-api.js';
import type { VenueEvent, VenueOrder } from '../venue.js';
import { krakenStateOf } from './kraken-shapes.js';

/** Orders whose unchanging parts are remembered: later messages leave them out. */
const MOST_ORDERS = 10_000;

const answered = z.object({
  method: z.literal('subscribe'),
  success: z.boolean(),
  error: z.string().optional(),
  result: z.object({ channel: z.string() }).optional(),
});
const executions = z.object({
  channel: z.literal('executions'),
  data: z.array(z.unknown()),
  sequence: z.int().optional(),
});

const sideField = z.enum(['buy', 'sell']);
const orderShape = z.object({
  order_id: idField,
  cl_ord_id: optionalIdField,
  exec_type: z.string(),
  order_status: z.string().optional(),
  symbol: idField.optional(),
  side: sideField.optional(),
  order_qty: positiveField.optional(),
  cum_qty: amountField.optional(),
});
const tradeShape = z.object({
  exec_id: idField,
  symbol: idField,
  side: sideField,
  last_qty: positiveField,
  last_price: positiveField,
  liquidity_ind: z.enum(['t', 'm']).optional(),
  fees: z.array(z.object({ asset: z.string().min(1).max(20), qty: amountField })).optional(),
  timestamp: isoTimeField,
});

type Change = z.output<typeof orderShape>;
type Known = Pick<VenueOrder, 'clientOrderId' | 'symbol' | 'side' | 'qty' | 'filledQty'>;

/** Reads the executions channel. @source https://docs.kraken.com/api/docs/websocket-v2/executions */
export class KrakenFeedReader implements FeedReader {
  readonly #markets: () => ListedMarkets;
  readonly #known = new Map<string, Known>();
  #sequence: number | undefined;

  constructor(markets: () => ListedMarkets) {
    this.#markets = markets;
  }

  read(message: unknown): FeedReading {
    const answer = answered.safeParse(message).data;
    if (answer?.success === false)
      return { events: [], lost: `kraken refused the channel: ${answer.error ?? 'no reason'}` };
    if (answer?.result?.channel === 'executions') return { events: [], subscribed: true };
    if (!isExecutions(message)) return { events: [] };
    const { success, data } = executions.safeParse(message);
    if (!success) return { events: [gap(new Error('executions: expected a list of changes'))] };
    return { events: [...this.#missed(data.sequence), ...data.data.flatMap((change) => this.#eventsOf(change))] };
  }

  #missed(sequence: number | undefined): VenueEvent[] {
    const last = this.#sequence;
    if (sequence === undefined) return [];
    this.#sequence = Math.max(sequence, last ?? sequence);
    const isMissing = last !== undefined && sequence > last + 1;
    return isMissing
      ? [{ type: 'gap', reason: `messages after ${String(last)}: expected the next, was ${String(sequence)}` }]
      : [];
  }

  /** A change that cannot be read is a gap: it tells that something happened, and what has to be asked. */
  #eventsOf(value: unknown): VenueEvent[] {
    try {
      const change = readReply('executions', orderShape, value);
      const fill = change.exec_type === 'trade' ? [this.#fillOf(change, value)] : [];
      return [...fill, ...this.#orderOf(change)];
    } catch (error) {
      return [gap(error)];
    }
  }

  #fillOf(change: Change, value: unknown): VenueEvent {
    const trade = readReply('executions', tradeShape, value);
    const { symbol, quote } = this.#marketNamed(trade.symbol);
    const [fee, ...others] = trade.fees ?? [];
    if (others.some(({ asset }) => asset !== fee?.asset)) throw unreadable('executions.fees: expected one currency');
    if (others.length > 0) throw unreadable('executions.fees: expected one fee');
    return {
      type: 'fill',
      fill: {
        tradeId: trade.exec_id,
        venueOrderId: change.order_id,
        clientOrderId: change.cl_ord_id ?? this.#known.get(change.order_id)?.clientOrderId,
        symbol,
        side: trade.side,
        qty: trade.last_qty,
        price: trade.last_price,
        fee: fee === undefined ? { amount: '0', currency: quote } : { amount: fee.qty, currency: fee.asset },
        maker: trade.liquidity_ind === undefined ? undefined : trade.liquidity_ind === 'm',
        atMs: trade.timestamp,
      },
    };
  }

  #orderOf(change: Change): VenueEvent[] {
    const known = this.#remember(change);
    if (known === undefined) {
      // Trades of a snapshot are of orders that ended before.
      if (change.exec_type === 'trade') return [];
      throw unreadable(`order ${change.order_id}: expected what it is before what becomes of it`);
    }
    if (change.order_status === undefined) return [];
    const order = consistentOrder({
      venueOrderId: change.order_id,
      ...known,
      state: krakenStateOf(change.order_status),
      createdAtMs: undefined,
    });
    return [{ type: 'order', order }];
  }

  #remember(change: Change): Known | undefined {
    const { symbol, side, qty, ...rest } = this.#partsOf(change);
    if (symbol === undefined || side === undefined || qty === undefined) return undefined;
    const known: Known = { symbol, side, qty, ...rest };
    this.#known.delete(change.order_id);
    this.#known.set(change.order_id, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_ORDERS && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }

  /** What the change says, and what was said before of that which it leaves out. */
  #partsOf(change: Change): Partial<Known> & Pick<Known, 'clientOrderId' | 'filledQty'> {
    const before: Partial<Known> = this.#known.get(change.order_id) ?? {};
    const symbol = change.symbol === undefined ? before.symbol : this.#marketNamed(change.symbol).symbol;
    const [side, qty] = [change.side ?? before.side, change.order_qty ?? before.qty];
    return {
      clientOrderId: change.cl_ord_id ?? before.clientOrderId,
      filledQty: change.cum_qty ?? before.filledQty ?? '0',
      ...(symbol === undefined ? {} : { symbol }),
      ...(side === undefined ? {} : { side }),
      ...(qty === undefined ? {} : { qty }),
    };
  }

  #marketNamed(name: string): ListedMarket {
    const market = this.#markets().findByName(name);
    if (market === undefined) throw unreadable(`symbol: expected one that the venue lists, was ${name}`);
    return market;
  }
}

function isExecutions(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'channel' in message && message.channel === 'executions';
}

function gap(error: unknown): VenueEvent {
  return { type: 'gap', reason: reasonOf(error) };
}
