import { Decimal, floorToStep, parseDecimal } from '@octant/trading/money/decimal';
import type { Instrument } from '@octant/trading/market/instrument';
import { requestCancels } from '../cancel-orders.js';
import { inLiveTransaction, type LiveWork } from '../in-live-transaction.js';
import { freeQtyOf, type LiveAccount } from '../live-account.js';
import { pass, type LiveDesk } from '../live-desk.js';
import { isOpen, unbookedQty, type LiveOrder } from '../live-order.js';
import { instrumentAt } from '../take-live-order.js';
import { VenuePrices } from '../venue-prices.js';
import { decideExits, needsPrice, type ExitDecision, type ExitMarket } from './decide-exits.js';
import { sayFailing, sayTooSmall } from './exit-notices.js';
import { makeExitOrder } from './exit-orders.js';
import { isEarly, isInOrder, isRaised, sellsThere, whyReplaced } from './judge-resting.js';
import { higherOf, type LiveExits, type LiveExitsOfEntry } from './live-exits.js';

const BASE_MS = 1000;
const CAP_MS = 60_000;
/** What has triggered is tried more often: it is to be sold whatever the price does. */
const SALE_CAP_MS = 10_000;
/** So many attempts in a row that came to nothing are told to a person. */
const TOLD_AFTER = 3;

interface Tended {
  readonly exits: LiveExits;
  readonly entry: LiveOrder;
  readonly account: LiveAccount;
  readonly instrument: Instrument;
  readonly market: ExitMarket;
  /** The order of theirs that is open. */
  readonly child: LiveOrder | undefined;
  readonly decision: ExitDecision;
  /** In whole lots, what an order of theirs may sell. */
  readonly qty: Decimal;
}

/**
 * Sees to it that every entry's exits have the order at the exchange that they should have. All that it needs is in
 * Postgres; prices are asked for only where nothing rests at the exchange that would do it.
 */
export class ExitKeeper {
  readonly #desk: LiveDesk;
  readonly #prices: VenuePrices;

  constructor(desk: LiveDesk) {
    this.#desk = desk;
    this.#prices = new VenuePrices(desk, {
      pollMs: () => desk.settings().exits.pricePollMs,
      onTold: desk.signals.exits,
    });
  }

  async tend(): Promise<void> {
    const desk = this.#desk;
    const all = await desk.store.exits();
    if (all.length === 0) return;
    await pass(desk, 'exits.before');
    const open = await desk.store.openOrders();
    const childOf = new Map(open.map((order) => [order.exitOf, order]));
    this.#watchPrices(all, childOf);
    const flattens = (await desk.store.openCommands()).filter(({ action }) => action === 'flatten');
    const isFlattened = (symbol: string): boolean =>
      flattens.some(({ symbols }) => symbols.length === 0 || symbols.includes(symbol));
    for (const exits of all) {
      if (isFlattened(exits.symbol)) continue;
      const child = childOf.get(exits.entryId);
      if (child?.cancelReason !== undefined) continue;
      try {
        await this.#tendOne(exits, child);
      } catch (error) {
        // One entry's trouble is not another's.
        desk.logger.error(
          { err: error, orderId: exits.entryId },
          'exits could not be tended; the next sweep tries again',
        );
      }
    }
  }

  async #tendOne(seen: LiveExitsOfEntry, seenChild: LiveOrder | undefined): Promise<void> {
    const desk = this.#desk;
    const market = this.#marketOf(seen.symbol);
    if (isInOrder(seen, seenChild, { market, lotSize: instrumentAt(desk, seen.symbol).lotSize })) return;
    const points = { uncommitted: 'exits.uncommitted', after: 'exits.after' } as const;
    await inLiveTransaction(desk, points, async (work) => {
      const tended = await look(desk, work, { entryId: seen.entryId, symbol: seen.symbol, market });
      if (tended !== undefined) await act(desk, work, tended);
    });
  }

  #watchPrices(all: readonly LiveExitsOfEntry[], childOf: ReadonlyMap<string | undefined, LiveOrder>): void {
    const { orderTypes } = this.#desk.venue.features;
    const waiting = all.filter((exits) => needsPrice(exits, orderTypes, childOf.has(exits.entryId)));
    this.#prices.watch(new Set(waiting.map(({ symbol }) => symbol)));
  }

  #marketOf(symbol: string): ExitMarket {
    const { venue, clock } = this.#desk;
    return {
      price: this.#prices.of(symbol),
      nowMs: clock.now(),
      tickSize: instrumentAt(this.#desk, symbol).tickSize,
      orderTypes: venue.features.orderTypes,
    };
  }
}

async function look(
  desk: LiveDesk,
  work: LiveWork,
  { entryId, symbol, market }: { readonly entryId: string; readonly symbol: string; readonly market: ExitMarket },
): Promise<Tended | undefined> {
  const account = await work.live.lockAccount();
  const known = (await work.live.lockExits(symbol)).find((exits) => exits.entryId === entryId);
  const entry = await work.live.lockOrder({ orderId: entryId });
  if (known === undefined || entry === undefined) return undefined;
  const open = await work.live.lockOpenOrders({ symbols: [symbol] });
  const child = open.find(({ exitOf }) => exitOf === entryId);
  const exits =
    market.price !== undefined && isRaised({ ...known, terms: entry.exits ?? {} }, market.price)
      ? { ...known, highPrice: higherOf(known.highPrice, market.price) }
      : known;
  if (exits !== known) await work.live.putExits(exits);
  const instrument = instrumentAt(desk, symbol);
  const free = parseDecimal(freeQtyOf(account, symbol)).plus(
    parseDecimal(child === undefined ? '0' : unbookedQty(child)),
  );
  const qty = floorToStep(Decimal.max(Decimal.of(0), Decimal.min(parseDecimal(exits.qty), free)), instrument.lotSize);
  const decision = decideExits({ ...exits, terms: entry.exits ?? {} }, market);
  return { exits, entry, account, instrument, market, child, decision, qty };
}

async function act(desk: LiveDesk, work: LiveWork, tended: Tended): Promise<void> {
  const { exits, child, decision, market, qty } = tended;
  if (child !== undefined) return actOnChild(desk, work, { ...tended, child });
  if (isTooSmall(tended)) return leaveTooSmall(desk, work, tended);
  if (decision.step === 'watch' || qty.lte(0) || isEarly(exits, decision, market.nowMs)) return;
  await attempt(desk, work, { ...tended, decision });
}

async function attempt(
  desk: LiveDesk,
  work: LiveWork,
  tended: Tended & { readonly decision: Exclude<ExitDecision, { step: 'watch' }> },
): Promise<void> {
  const { exits, decision, market, qty, instrument } = tended;
  const isSale = decision.step === 'sell';
  if (isSale) await cancelEntry(desk, work, tended.entry);
  const failures = exits.failures + 1;
  const denied = await makeExitOrder(desk, work, {
    ...{ exits, entry: tended.entry, kind: decision.kind, qty, instrument },
    order: isSale ? { type: 'market' } : decision.order,
    price: market.price ?? exits.highPrice,
    haltVersion: tended.account.halt.haltVersion,
  });
  const delayMs = Math.min(isSale ? SALE_CAP_MS : CAP_MS, BASE_MS * 2 ** exits.failures);
  await work.live.putExits({
    ...exits,
    triggered: isSale ? decision.kind : exits.triggered,
    ...{ orders: exits.orders + 1, failures, dueAtMs: market.nowMs + delayMs },
  });
  if (failures !== TOLD_AFTER) return;
  await sayFailing(desk, work, { ...tended, attempts: failures, why: denied ?? 'see its orders' });
}

/** Whether the exchange would take no order for all of it. */
function isTooSmall({ exits, instrument, market }: Tended): boolean {
  const whole = floorToStep(parseDecimal(exits.qty), instrument.lotSize);
  return whole.lte(0) || whole.times(parseDecimal(market.price ?? exits.highPrice)).lt(instrument.minNotional);
}

/** What still grows is waited for. Less than a lot is what fees leave of every position: nobody is told. */
async function leaveTooSmall(desk: LiveDesk, work: LiveWork, { exits, entry, instrument }: Tended): Promise<void> {
  if (isOpen(entry)) return;
  await work.live.dropExits(exits.entryId);
  if (floorToStep(parseDecimal(exits.qty), instrument.lotSize).lte(0)) return;
  await sayTooSmall(desk, work, { exits, entry });
}

async function actOnChild(
  desk: LiveDesk,
  work: LiveWork,
  tended: Tended & { readonly child: LiveOrder },
): Promise<void> {
  const { exits, child, decision, market } = tended;
  if (child.state === 'acknowledged' && exits.failures > 0) await work.live.putExits({ ...exits, failures: 0 });
  if (child.cancelReason !== undefined || child.kind.type === 'market') return;
  if (decision.step === 'sell' && sellsThere(exits, child, market.price)) return;
  const why = whyReplaced(exits, child, { decision, qty: tended.qty, nowMs: market.nowMs });
  if (why === undefined) return;
  // What replaces it does not wait for the delay of the last attempt.
  const triggered = decision.step === 'sell' ? decision.kind : exits.triggered;
  await work.live.putExits({ ...exits, triggered, failures: 0, dueAtMs: 0 });
  await requestCancels(desk, work, { orders: [child], reason: `exit_replaced: ${why}` });
}

async function cancelEntry(desk: LiveDesk, work: LiveWork, entry: LiveOrder): Promise<void> {
  const open = await work.live.lockOpenOrders({ symbols: [entry.symbol] });
  const orders = open.filter(({ orderId, cancelReason }) => orderId === entry.orderId && cancelReason === undefined);
  await requestCancels(desk, work, { orders, reason: 'position_left: an exit of it has triggered' });
}
