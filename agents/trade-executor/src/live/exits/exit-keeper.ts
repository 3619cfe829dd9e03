import { Decimal, floorToStep, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { Instrument } from '@octant/trading/market/instrument';
import { orderNotice } from '../../account/order-messages.js';
import { requestCancels } from '../cancel-orders.js';
import { factsOfOrder } from '../change-order.js';
import { inLiveTransaction, type LiveWork } from '../in-live-transaction.js';
import { freeQtyOf, type LiveAccount } from '../live-account.js';
import { pass, stampOf, type LiveDesk } from '../live-desk.js';
import { isOpen, unbookedQty, type LiveOrder } from '../live-order.js';
import { instrumentAt } from '../take-live-order.js';
import { decideExits, isAsWanted, needsPrice, type ExitDecision, type ExitMarket } from './decide-exits.js';
import { makeExitOrder } from './exit-orders.js';
import { higherOf, type LiveExits, type LiveExitsOfEntry } from './live-exits.js';

const BASE_MS = 1000;
const CAP_MS = 60_000;
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
  readonly #prices = new Map<string, { readonly price: string; readonly atMs: number }>();

  constructor(desk: LiveDesk) {
    this.#desk = desk;
  }

  async tend(): Promise<void> {
    const desk = this.#desk;
    const all = await desk.store.exits();
    if (all.length === 0) return;
    await pass(desk, 'exits.before');
    await this.#askPrices(all);
    const flattens = (await desk.store.openCommands()).filter(({ action }) => action === 'flatten');
    const isFlattened = (symbol: string): boolean =>
      flattens.some(({ symbols }) => symbols.length === 0 || symbols.includes(symbol));
    const open = await desk.store.openOrders();
    for (const exits of all) {
      if (isFlattened(exits.symbol)) continue;
      const child = open.find(({ exitOf }) => exitOf === exits.entryId);
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

  #marketOf(symbol: string): ExitMarket {
    const { venue, clock, settings } = this.#desk;
    const known = this.#prices.get(symbol);
    const isFresh = known !== undefined && clock.now() - known.atMs <= 5 * settings().exits.pricePollMs;
    return {
      price: isFresh ? known.price : undefined,
      nowMs: clock.now(),
      tickSize: instrumentAt(this.#desk, symbol).tickSize,
      orderTypes: venue.features.orderTypes,
    };
  }

  async #askPrices(all: readonly LiveExitsOfEntry[]): Promise<void> {
    const { venue, clock, settings, logger } = this.#desk;
    const wanted = all.filter((exits) => needsPrice(exits, venue.features.orderTypes)).map(({ symbol }) => symbol);
    for (const symbol of new Set(wanted)) {
      const askedAtMs = this.#prices.get(symbol)?.atMs ?? -Infinity;
      if (clock.now() - askedAtMs < settings().exits.pricePollMs) continue;
      try {
        const { lastPrice } = await venue.ticker(symbol);
        this.#prices.set(symbol, { price: lastPrice, atMs: clock.now() });
      } catch (error) {
        logger.warn({ err: error, symbol }, 'the price that exits wait for is not known; asked again');
      }
    }
  }
}

/** Whether nothing has to be written: looked at without a lock, so that a quiet sweep costs two reads. */
function isInOrder(
  exits: LiveExitsOfEntry,
  child: LiveOrder | undefined,
  { market, lotSize }: { readonly market: ExitMarket; readonly lotSize: Decimal },
): boolean {
  if (market.price !== undefined && isRaised(exits, market.price)) return false;
  const decision = decideExits(exits, market);
  if (decision.step === 'watch') return child === undefined && floorToStep(parseDecimal(exits.qty), lotSize).gt(0);
  if (child === undefined) return market.nowMs < exits.dueAtMs;
  if (child.state === 'acknowledged' && exits.failures > 0) return false;
  if (decision.step === 'sell') return child.kind.type === 'market' || triggersThere(child, market.price);
  const wanted = floorToStep(parseDecimal(exits.qty), lotSize);
  return isAsWanted(child.kind, decision.order) && wanted.eq(parseDecimal(unbookedQty(child)));
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
  const { exits, child, decision, market, qty, instrument } = tended;
  if (child !== undefined) return actOnChild(desk, work, { ...tended, child });
  if (isTooSmall(tended)) return leaveTooSmall(desk, work, tended);
  if (decision.step === 'watch' || qty.lte(0) || market.nowMs < exits.dueAtMs) return;
  const isSale = decision.step === 'sell';
  if (isSale) await cancelEntry(desk, work, tended.entry);
  const failures = exits.failures + 1;
  const denied = await makeExitOrder(desk, work, {
    ...{ exits, entry: tended.entry, kind: decision.kind, qty, instrument },
    order: isSale ? { type: 'market' } : decision.order,
    price: market.price ?? exits.highPrice,
    haltVersion: tended.account.halt.haltVersion,
  });
  await work.live.putExits({
    ...exits,
    triggered: isSale ? decision.kind : exits.triggered,
    ...{ orders: exits.orders + 1, failures, dueAtMs: market.nowMs + Math.min(CAP_MS, BASE_MS * 2 ** exits.failures) },
  });
  if (failures === TOLD_AFTER) await sayFailing(desk, work, { tended, why: denied ?? 'see its orders' });
}

/** Whether the exchange would take no order for all of it, and it will not grow. */
function isTooSmall({ exits, entry, instrument, market }: Tended): boolean {
  if (isOpen(entry)) return false;
  const whole = floorToStep(parseDecimal(exits.qty), instrument.lotSize);
  return whole.lte(0) || whole.times(parseDecimal(market.price ?? exits.highPrice)).lt(instrument.minNotional);
}

async function leaveTooSmall(desk: LiveDesk, work: LiveWork, { exits, entry, instrument }: Tended): Promise<void> {
  await work.live.dropExits(exits.entryId);
  if (floorToStep(parseDecimal(exits.qty), instrument.lotSize).lte(0)) return;
  const text = `${exits.qty} ${entry.symbol} of ${entry.orderId} are less than the exchange sells; they are held without exits`;
  const notice = { type: 'exit_too_small', severity: 'warning', text, key: exits.entryId } as const;
  await work.say([orderNotice(factsOfOrder(entry), notice, stampOf(desk))], entry.traceId);
}

async function actOnChild(
  desk: LiveDesk,
  work: LiveWork,
  tended: Tended & { readonly child: LiveOrder },
): Promise<void> {
  const { exits, child, decision, market, qty } = tended;
  if (child.state === 'acknowledged' && exits.failures > 0) await work.live.putExits({ ...exits, failures: 0 });
  if (child.cancelReason !== undefined || child.kind.type === 'market') return;
  const cancelChild = async (why: string): Promise<void> => {
    await requestCancels(desk, work, { orders: [child], reason: `exit_replaced: ${why}` });
  };
  if (decision.step === 'sell') {
    if (triggersThere(child, market.price)) return;
    await work.live.putExits({ ...exits, triggered: decision.kind, failures: 0 });
    return cancelChild(`${decision.kind} has triggered`);
  }
  if (decision.step === 'watch') return cancelChild('nothing rests any more');
  if (qty.eq(parseDecimal(unbookedQty(child))) && isAsWanted(child.kind, decision.order)) return;
  await cancelChild('its quantity or level has changed');
}

/** What rests at the exchange and has its price triggers there: it is not cancelled at the moment that it is needed. */
function triggersThere({ kind }: LiveOrder, price: string | undefined): boolean {
  if (price === undefined) return false;
  const last = parseDecimal(price);
  if (kind.type === 'oco' && last.gte(parseDecimal(kind.price))) return true;
  return (kind.type === 'oco' || kind.type === 'stop_loss') && last.lte(parseDecimal(kind.stopPrice));
}

async function cancelEntry(desk: LiveDesk, work: LiveWork, entry: LiveOrder): Promise<void> {
  const open = await work.live.lockOpenOrders({ symbols: [entry.symbol] });
  const orders = open.filter(({ orderId, cancelReason }) => orderId === entry.orderId && cancelReason === undefined);
  await requestCancels(desk, work, { orders, reason: 'position_left: an exit of it has triggered' });
}

function isRaised({ terms, highPrice }: LiveExitsOfEntry, price: string): boolean {
  return terms.trailingDistance !== undefined && parseDecimal(price).gt(parseDecimal(highPrice));
}

async function sayFailing(
  desk: LiveDesk,
  work: LiveWork,
  { tended, why }: { readonly tended: Tended; readonly why: string },
): Promise<void> {
  const { entry, exits } = tended;
  const text =
    `${formatDecimal(parseDecimal(exits.qty))} ${entry.symbol} of ${entry.orderId} are without their exits: ` +
    `${String(TOLD_AFTER)} orders in a row came to nothing (${why}); it is tried on`;
  const notice = {
    type: 'exit_failing',
    severity: 'critical',
    text,
    key: `${exits.entryId}:${String(exits.orders)}`,
  } as const;
  await work.say([orderNotice(factsOfOrder(entry), notice, stampOf(desk))], entry.traceId);
}
