import type { Decimal } from '@octant/trading/money/decimal';
import type { EngineEvent, SimFill, SimOrder } from '../core/sim-order.js';
import { socketSymbol, txid } from './kraken-names.js';
import { averageOf, krakenTypes } from './order-info.js';

type Execution = Readonly<Record<string, unknown>>;

/** What the executions channel says of one change; some it says in two steps. */
export function executionsOf({ change, order, fill, atMs }: EngineEvent): readonly Execution[] {
  const timestamp = new Date(atMs).toISOString();
  switch (change) {
    case 'new':
      return [
        { ...openExecution(order, timestamp), exec_type: 'pending_new', order_status: 'pending_new' },
        { ...openExecution(order, timestamp), exec_type: 'new' },
      ];
    case 'amended':
      return [{ ...openExecution(order, timestamp), exec_type: 'amended' }];
    case 'triggered':
      return [{ ...openExecution(order, timestamp), exec_type: 'status' }];
    case 'trade': {
      const trade = fill === undefined ? [] : [tradeExecution(order, fill)];
      return order.status === 'filled' ? [...trade, endExecution(order, timestamp)] : trade;
    }
    default:
      return [endExecution(order, timestamp)];
  }
}

/** With all that there is to know, as snapshots have it too. */
export function openExecution(order: SimOrder, timestamp: string): Execution {
  const { side, type, timeInForce, symbol, stopPrice, postOnly } = order.spec;
  return {
    ...{ ...idsOf(order), symbol: socketSymbol(symbol), side, order_type: krakenTypes[type] },
    ...{ order_qty: numberOf(order.qty), cum_qty: numberOf(order.filledQty), cum_cost: numberOf(order.filledQuote) },
    ...{ time_in_force: timeInForce.toUpperCase(), exec_type: 'new', order_status: statusOf(order) },
    ...(order.price === undefined ? {} : { limit_price: numberOf(order.price), limit_price_type: 'static' }),
    ...{ stop_price: numberOf(order.stopPrice ?? stopPrice), post_only: postOnly },
    ...{ fee_usd_equiv: numberOf(order.fees), fee_ccy_pref: 'fciq', timestamp },
  };
}

export function tradeExecution(order: SimOrder, fill: SimFill): Execution {
  return {
    ...{ ...idsOf(order), exec_id: txid('T', fill.sequence), exec_type: 'trade', trade_id: fill.tradeId },
    ...{ symbol: socketSymbol(fill.symbol), side: fill.side, order_type: krakenTypes[fill.type] },
    ...{ last_qty: numberOf(fill.qty), last_price: numberOf(fill.price), cost: numberOf(fill.quoteQty) },
    ...{ liquidity_ind: fill.maker ? 'm' : 't', order_status: statusOf(order), order_qty: numberOf(order.qty) },
    ...{ cum_qty: numberOf(order.filledQty), cum_cost: numberOf(order.filledQuote) },
    ...{ avg_price: numberOf(averageOf(order)), fee_usd_equiv: numberOf(fill.fee) },
    fees: [{ asset: fill.feeAsset, qty: numberOf(fill.fee) }],
    timestamp: new Date(fill.atMs).toISOString(),
  };
}

/** Leaves out what does not change, the symbol as well. */
function endExecution(order: SimOrder, timestamp: string): Execution {
  const status = order.status;
  return {
    ...{ timestamp, order_status: status, exec_type: status, ...idsOf(order) },
    ...{ cum_qty: numberOf(order.filledQty), cum_cost: numberOf(order.filledQuote) },
    ...{ avg_price: numberOf(averageOf(order)), fee_usd_equiv: numberOf(order.fees) },
    ...(order.reason === undefined ? {} : { cancel_reason: order.reason, reason: order.reason }),
  };
}

function idsOf(order: SimOrder) {
  const { clientOrderId } = order.spec;
  const ids = { order_id: txid('O', order.id), order_userref: 0 };
  return clientOrderId === undefined ? ids : { ...ids, cl_ord_id: clientOrderId };
}

function statusOf({ status }: SimOrder): string {
  return status;
}

/** The second version of the sockets has numbers where REST has text. */
function numberOf(value: Decimal | undefined): number {
  return value?.toNumber() ?? 0;
}
