import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { Position } from '@octant/trading/portfolio/position';
import type { HaltState } from '../account/account.js';

/** The desk's books of its account at the exchange, and what its open orders may still take from them. */
export interface LiveAccount {
  readonly exchange: string;
  readonly quoteCurrency: string;
  readonly startEquityQuote: string;
  readonly cashQuote: string;
  /** Only symbols that are held. */
  readonly positions: Readonly<Record<string, Position>>;
  readonly lastFillSeq: number;
  readonly lastFillAtMs: number;
  readonly halt: HaltState;
  readonly openedAtMs: number;
  readonly confirmedBy: string | undefined;
  readonly confirmedAtMs: number | undefined;
  /** Cash that open buys may still need, those of unknown outcome counted in. */
  readonly reservedQuote: string;
  /** Base quantity that open sells may still take, by symbol, those of unknown outcome counted in. */
  readonly reservedQty: Readonly<Record<string, string>>;
  readonly openOrders: number;
}

/** Base quantity of a symbol that no open sell has claimed. */
export function freeQtyOf(account: Pick<LiveAccount, 'positions' | 'reservedQty'>, symbol: string): string {
  const held = parseDecimal(account.positions[symbol]?.qty ?? '0');
  return formatDecimal(held.minus(parseDecimal(account.reservedQty[symbol] ?? '0')));
}

/** Cash that no open buy has claimed. */
export function freeQuoteOf(account: Pick<LiveAccount, 'cashQuote' | 'reservedQuote'>): string {
  return formatDecimal(parseDecimal(account.cashQuote).minus(parseDecimal(account.reservedQuote)));
}
