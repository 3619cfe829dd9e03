import { Decimal, formatDecimal, parseDecimal, roundQuote } from '@octant/trading/money/decimal';
import { equityOf, type Ledger, type LedgerPosition } from '@octant/trading/portfolio/ledger';
import type { MarkMap } from './marks.js';

export interface HoldingView {
  readonly symbol: string;
  readonly qty: string;
  readonly costQuote: string;
  readonly averagePrice: string;
  readonly markPrice: string;
  readonly valueQuote: string;
  readonly unrealizedQuote: string;
  readonly shareRatio: number;
}

export interface HoldingsView {
  readonly startEquityQuote: string;
  readonly cashQuote: string;
  readonly equityQuote: string;
  readonly realizedQuote: string;
  readonly unrealizedQuote: string;
  readonly feesQuote: string;
  readonly lastFillSeq: number;
  readonly markedAtMs: number | null;
  readonly positions: readonly HoldingView[];
  readonly targets: readonly { readonly symbol: string; readonly targetRatio: number; readonly shareRatio: number }[];
}

/** The ledger with its positions valued at these prices; positions without one keep the price of their fill. */
export function valuedAt(ledger: Ledger, prices: Readonly<Record<string, string>>): Ledger {
  const positions = Object.entries(ledger.positions).map(([symbol, position]): [string, LedgerPosition] => [
    symbol,
    { ...position, markPrice: prices[symbol] ?? position.markPrice },
  ]);
  return { ...ledger, positions: Object.fromEntries(positions) };
}

/** What `GET /portfolio/holdings` shows of a valued ledger. */
export function holdingsView(
  ledger: Ledger,
  context: { readonly marks: MarkMap; readonly targets: Readonly<Record<string, number>> },
): HoldingsView {
  const equity = parseDecimal(equityOf(ledger));
  const positions = Object.entries(ledger.positions)
    .map(([symbol, position]) => holdingView(symbol, position, equity))
    .sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  const unrealized = positions.reduce((sum, held) => sum.plus(held.unrealizedQuote), Decimal.of(0));
  const shares = new Map(positions.map(({ symbol, shareRatio }) => [symbol, shareRatio]));
  const markTimes = Object.values(context.marks).map((mark) => mark.closeTimeMs);
  return {
    startEquityQuote: ledger.startEquityQuote,
    cashQuote: ledger.cashQuote,
    equityQuote: formatDecimal(equity),
    realizedQuote: ledger.realizedQuote,
    unrealizedQuote: formatDecimal(unrealized),
    feesQuote: ledger.feesQuote,
    lastFillSeq: ledger.lastFillSeq,
    markedAtMs: markTimes.length === 0 ? null : Math.max(...markTimes),
    positions,
    targets: Object.entries(context.targets)
      .map(([symbol, targetRatio]) => ({ symbol, targetRatio, shareRatio: shares.get(symbol) ?? 0 }))
      .sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
  };
}

function holdingView(symbol: string, position: LedgerPosition, equity: Decimal): HoldingView {
  const qty = parseDecimal(position.qty);
  const cost = parseDecimal(position.costQuote);
  const value = qty.times(parseDecimal(position.markPrice));
  return {
    symbol,
    qty: position.qty,
    costQuote: position.costQuote,
    averagePrice: formatDecimal(roundQuote(cost.div(qty))),
    markPrice: position.markPrice,
    valueQuote: formatDecimal(value),
    unrealizedQuote: formatDecimal(value.minus(cost)),
    shareRatio: equity.isZero() ? 0 : value.div(equity).toNumber(),
  };
}
