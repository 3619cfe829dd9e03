import { exitAtOpen, exitInside } from './exit-trigger.js';
import { fillOrder, isDue } from './fill-order.js';
import { MatchState } from './match-state.js';
import type { MatchStep, PaperVenue } from './match-step.js';
import type { PaperBook } from './paper-book.js';
import type { PaperOrder, PaperOutcome } from './paper-exchange.js';
import { isNew, raised, type RestingExits } from './resting-exits.js';
import { sellExits } from './sell-exits.js';

/** What a step of candles did, in its order, and the book after it; the same book where it did nothing. */
export interface Match<Order extends PaperOrder = PaperOrder> {
  readonly outcomes: readonly PaperOutcome[];
  readonly book: PaperBook<Order>;
}

/**
 * What a step of candles does to the book. At the opens, symbol by symbol in the order of `candles`: due orders, the
 * oldest first (by `notBeforeMs`, then `orderId`), then the exits that the open triggers. Then, once the candles have
 * closed, symbol by symbol what they trigger inside, and trailing stops follow their highs. Each against the cash and
 * position that the ones before left. Orders that no candle reaches stay as they are.
 *
 * A step may come forming and then closed: what it did at the opens it does not do again.
 *
 * @throws UnknownSymbolError when an order's symbol is no instrument of the desk.
 */
export function matchCandles<Order extends PaperOrder>(
  book: PaperBook<Order>,
  step: MatchStep,
  venue: PaperVenue,
): Match<Order> {
  if (book.orders.length === 0 && book.exits.length === 0) return { outcomes: [], book };
  const state = new MatchState(book, step.timeframe, venue);
  const symbols = Object.keys(step.candles);
  for (const symbol of symbols) matchOpen(state, step, symbol);
  if (step.closed) for (const symbol of symbols) matchInside(state, step, symbol);
  return { outcomes: state.outcomes, book: state.book() };
}

function matchOpen<Order extends PaperOrder>(state: MatchState<Order>, step: MatchStep, symbol: string): void {
  const candle = step.candles[symbol];
  if (candle === undefined) return;
  const { rules } = state.venue;
  const range = step.closed ? candle : undefined;
  const due = state.orders
    .filter(
      (order) => order.symbol === symbol && isReached(step, order) && isDue(order, candle.openTimeMs, { step, rules }),
    )
    .sort((a, b) => a.notBeforeMs - b.notBeforeMs || (a.orderId < b.orderId ? -1 : 1));
  for (const order of due) fillOrder(state, { order, candle, range });
  for (const exits of exitsReached(state, step, symbol)) {
    const { tickSize } = state.instrumentOf(symbol);
    const trigger = exitAtOpen(exits, candle, { tickSize, takeProfitFills: rules.takeProfitFills });
    if (trigger !== undefined) sellExits(state, { exits, trigger, candle, range, volume: candle.before?.volume });
  }
}

function matchInside<Order extends PaperOrder>(state: MatchState<Order>, step: MatchStep, symbol: string): void {
  const candle = step.candles[symbol];
  if (candle === undefined) return;
  for (const exits of exitsReached(state, step, symbol)) {
    const { tickSize } = state.instrumentOf(symbol);
    const trigger = exitInside(exits, candle, { tickSize, takeProfitFills: state.venue.rules.takeProfitFills });
    if (trigger !== undefined) sellExits(state, { exits, trigger, candle, range: candle, volume: candle.volume });
    const left = state.exitsOf(exits.entry.orderId);
    if (left !== undefined) state.putExits(raised(left, candle));
  }
}

function exitsReached<Order extends PaperOrder>(
  state: MatchState<Order>,
  step: MatchStep,
  symbol: string,
): readonly RestingExits<Order>[] {
  const openTimeMs = step.candles[symbol]?.openTimeMs ?? 0;
  return state.exits.filter(
    (exits) => exits.entry.symbol === symbol && isNew(exits, openTimeMs) && isReached(step, exits.entry),
  );
}

function isReached(step: MatchStep, { orderId, timeframe }: PaperOrder): boolean {
  return (timeframe === undefined || timeframe === step.timeframe) && (step.reaches?.(orderId) ?? true);
}
