import type { RiskExposure } from '../messages/risk.js';
import { Decimal, formatDecimal, parseDecimal } from '../money/decimal.js';
import { dayPnlRatioOf, equityOf, type Ledger } from './ledger.js';
import type { OpenOrder, SizeInput } from './size-order.js';

/** What the risk rules are told about the account before an order of `symbol`. */
export function exposureOf(
  ledger: Ledger,
  order: { readonly symbol: string; readonly openOrders: readonly OpenOrder[] },
): RiskExposure {
  const position = ledger.positions[order.symbol];
  let openBuy = Decimal.of(0);
  for (const open of order.openOrders) {
    if (open.side !== 'buy' || open.symbol !== order.symbol) continue;
    openBuy = openBuy.plus(parseDecimal(open.qty).times(parseDecimal(open.price)));
  }
  return {
    equityQuote: equityOf(ledger),
    cashQuote: ledger.cashQuote,
    positionQty: position?.qty ?? '0',
    positionQuote:
      position === undefined ? '0' : formatDecimal(parseDecimal(position.qty).times(parseDecimal(position.markPrice))),
    openBuyQuote: formatDecimal(openBuy),
    dayPnlRatio: dayPnlRatioOf(ledger),
  };
}

/** The account as sizing sees it, for `decideSize`. */
export function sizingViewOf(ledger: Ledger, symbol: string): SizeInput['ledger'] {
  return {
    cashQuote: ledger.cashQuote,
    equityQuote: equityOf(ledger),
    positionQty: ledger.positions[symbol]?.qty ?? '0',
  };
}
