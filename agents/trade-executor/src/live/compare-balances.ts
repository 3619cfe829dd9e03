import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { VenueBalance } from '@octant/venue/venue';
import type { FoundDifference } from './difference.js';
import type { LiveAccount } from './live-account.js';

export interface BalanceQuestion {
  readonly account: Pick<LiveAccount, 'cashQuote' | 'positions' | 'quoteCurrency'>;
  /** What the venue holds, by currency. */
  readonly balances: ReadonlyMap<string, VenueBalance>;
  /** What it holds beside the books, by currency. */
  readonly baselines: ReadonlyMap<string, string>;
  /** Markets in the account's quote currency. */
  readonly symbols: readonly string[];
}

/** A currency of the desk: what the books have of it, and what the venue holds. */
export interface CurrencyHolding {
  readonly currency: string;
  /** Markets that it concerns. */
  readonly symbols: readonly string[];
  readonly books: string;
  readonly actual: string;
}

/** Of each currency that the desk's markets trade, what the books have and what the venue holds, quote currency first. */
export function holdingsOf(question: Omit<BalanceQuestion, 'baselines'>): readonly CurrencyHolding[] {
  const { account, balances, symbols } = question;
  const bases = [...new Set(symbols.map(baseOf))].sort();
  const of = (currency: string, books: Decimal, concerned: readonly string[]): CurrencyHolding => ({
    currency,
    symbols: concerned,
    books: formatDecimal(books),
    actual: totalOf(balances.get(currency)),
  });
  return [
    of(account.quoteCurrency, parseDecimal(account.cashQuote), symbols),
    ...bases.map((base) => {
      const concerned = symbols.filter((symbol) => baseOf(symbol) === base);
      const held = concerned.map((symbol) => parseDecimal(account.positions[symbol]?.qty ?? '0'));
      return of(
        base,
        held.reduce((sum, qty) => sum.plus(qty), Decimal.of(0)),
        concerned,
      );
    }),
  ];
}

/** Currencies that the venue holds more or less of than baseline and books say; those without a baseline are left out. */
export function compareBalances(question: BalanceQuestion): readonly FoundDifference[] {
  return holdingsOf(question).flatMap(({ currency, symbols, books, actual }) => {
    const baseline = question.baselines.get(currency);
    if (baseline === undefined) return [];
    const expected = parseDecimal(baseline).plus(parseDecimal(books));
    const difference = parseDecimal(actual).minus(expected);
    if (difference.isZero()) return [];
    const figures = {
      baseline,
      books,
      expected: formatDecimal(expected),
      actual,
      difference: formatDecimal(difference),
    };
    const explanation =
      `expected ${figures.expected} ${currency} at the exchange (${books} in the books, ${baseline} beside them), ` +
      `was ${actual}: a deposit, a withdrawal, a trade by hand, or a fee in ${currency} that the books do not have`;
    const proposal = `count ${figures.difference} ${currency} as held beside the books`;
    return [{ kind: 'balance', subject: currency, symbols, blocking: true, explanation, proposal, figures } as const];
  });
}

/** What of a currency the venue holds for the desk: its balance less the baseline. */
export function heldForDesk(holding: CurrencyHolding, baselines: ReadonlyMap<string, string>): string {
  return formatDecimal(parseDecimal(holding.actual).minus(parseDecimal(baselines.get(holding.currency) ?? '0')));
}

function totalOf(balance: VenueBalance | undefined): string {
  if (balance === undefined) return '0';
  return formatDecimal(parseDecimal(balance.free).plus(parseDecimal(balance.used)));
}

function baseOf(symbol: string): string {
  return symbol.split('-')[0] ?? symbol;
}
