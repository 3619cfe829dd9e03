import { formatDecimal } from '@octant/trading/money/decimal';
import { requestCancels } from '../cancel-orders.js';
import { changeOrder } from '../change-order.js';
import { inLiveTransaction, type LiveWork } from '../in-live-transaction.js';
import { pass, type LiveDesk } from '../live-desk.js';
import { isOpen, type LiveIntent, type LiveOrder } from '../live-order.js';
import { instrumentAt } from '../take-live-order.js';
import { VenuePrices } from '../venue-prices.js';
import { decideParts, type PartsDecision, type PartsQuestion } from './decide-parts.js';
import { partOrderId } from './parts-plan.js';
import { leastQtyOf } from './plan-parts.js';

/** Prices of markets that orders in parts wait in are asked for so often. */
const PRICE_MS = 1000;

/** Sends the next part of every order that goes out in parts, and ends those that are done; all that it needs is in Postgres. */
export class PartKeeper {
  readonly #desk: LiveDesk;
  readonly #prices: VenuePrices;

  constructor(desk: LiveDesk) {
    this.#desk = desk;
    this.#prices = new VenuePrices(desk, { pollMs: () => PRICE_MS, onTold: desk.signals.parts });
  }

  async tend(): Promise<void> {
    const desk = this.#desk;
    const open = await desk.store.openOrders();
    const wholes = open.filter(({ algorithm }) => algorithm !== undefined);
    const icebergs = wholes.filter(({ algorithm }) => algorithm?.kind === 'iceberg');
    this.#prices.watch(new Set(icebergs.map(({ symbol }) => symbol)));
    if (wholes.length === 0) return;
    await pass(desk, 'parts.before');
    for (const { orderId } of wholes) {
      try {
        await this.#tendOne(orderId);
      } catch (error) {
        // One order's trouble is not another's.
        desk.logger.error(
          { err: error, orderId },
          'the parts of an order could not be tended; the next sweep tries again',
        );
      }
    }
  }

  async #tendOne(orderId: string): Promise<void> {
    const desk = this.#desk;
    const points = { uncommitted: 'parts.uncommitted', after: 'parts.after' } as const;
    const question = await desk.store.transact(async (live) => {
      // As fills do, which lock a part before its order: so the two never wait for each other.
      await live.lockAccount();
      return this.#ask(live, orderId);
    });
    if (question === undefined || decideParts(question).step === 'wait') return;
    await inLiveTransaction(desk, points, async (work) => {
      await work.live.lockAccount();
      const now = await this.#ask(work.live, orderId);
      if (now !== undefined) await act(desk, work, { ...now, decision: decideParts(now) });
    });
  }

  async #ask(live: LiveWork['live'], orderId: string): Promise<PartsQuestion | undefined> {
    const desk = this.#desk;
    const whole = await live.lockOrder({ orderId });
    if (whole?.algorithm === undefined || !isOpen(whole)) return undefined;
    const { lotSize, tickSize, minNotional } = instrumentAt(desk, whole.symbol);
    const instrument = { symbol: whole.symbol, lotSize, tickSize, minNotional };
    return {
      ...{ whole, plan: whole.algorithm, parts: await live.lockParts(orderId), nowMs: desk.clock.now() },
      ...{ price: this.#prices.of(whole.symbol), lotSize, tickSize },
      leastQty: leastQtyOf(desk, whole, instrument),
      reserveRatio: desk.settings().reserveRatio,
    };
  }
}

async function act(
  desk: LiveDesk,
  work: LiveWork,
  { whole, parts, decision }: Pick<PartsQuestion, 'whole' | 'parts'> & { readonly decision: PartsDecision },
): Promise<void> {
  switch (decision.step) {
    case 'wait':
      return;
    case 'cancel':
      await requestCancels(desk, work, { orders: [decision.part], reason: decision.reason });
      return;
    case 'end':
      await changeOrder(desk, work, { order: whole, to: decision.state, reason: decision.reason });
      return;
    case 'make': {
      if (whole.state === 'intended') await changeOrder(desk, work, { order: whole, to: 'acknowledged' });
      const qty = formatDecimal(decision.qty);
      await work.live.insertOrder(partOf(desk, whole, { number: parts.length + 1, qty, kind: decision.kind }));
      work.onCommitted(desk.signals.send);
    }
  }
}

/** Nothing more is reserved for it: the whole order reserves all that it has not filled. */
function partOf(
  desk: LiveDesk,
  whole: LiveOrder,
  part: { readonly number: number; readonly qty: string; readonly kind: LiveIntent['kind'] },
): LiveIntent {
  const orderId = partOrderId(whole.orderId, part.number);
  const { symbol, side, referencePrice, notBeforeMs, timeframe, requestId, sessionId, traceId, reduceOnly } = whole;
  return {
    ...{ orderId, clientOrderId: desk.clientIds.of(orderId), partOf: whole.orderId, symbol, side, reduceOnly },
    ...{ qty: part.qty, kind: part.kind, referencePrice, notBeforeMs, timeframe, requestId, sessionId, traceId },
    ...{ reservePrice: '0', state: 'intended', reason: undefined, haltVersion: 0, approval: undefined },
    exchange: desk.venue.id,
  };
}
