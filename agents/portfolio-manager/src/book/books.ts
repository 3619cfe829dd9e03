import { applyFill, openLedger, type Ledger, type LedgerFill } from '@octant/trading/portfolio/ledger';

/** A fill with the ids that it came with. */
export interface BookedFill extends LedgerFill {
  readonly fillId: string;
  readonly orderId: string;
}

/** The ledger as Postgres has it at `revision`, which each change raises by one. */
export interface Books {
  readonly revision: number;
  readonly ledger: Ledger;
  /** Fills that came and wait for one before them. */
  readonly waiting: number;
}

/**
 * Books a fill and those that waited for it, without gaps; a fill that leaves a gap before it changes nothing.
 *
 * @param waiting fills that came before their turn, ascending.
 */
export function bookFills(ledger: Ledger, fill: LedgerFill, waiting: readonly LedgerFill[]): Ledger {
  let next = bookOne(ledger, fill);
  for (const later of waiting) next = bookOne(next, later);
  return next;
}

/** The ledger of the same account after these fills alone, the account's first ones. */
export function ledgerOf({ startEquityQuote, startedAtMs }: Ledger, fills: readonly LedgerFill[]): Ledger {
  let ledger = openLedger(startEquityQuote, startedAtMs);
  for (const fill of fills) ledger = bookOne(ledger, fill);
  return ledger;
}

/** The account's time begins with its first fill: until then it has only ever been cash. */
function bookOne(ledger: Ledger, fill: LedgerFill): Ledger {
  if (fill.fillSeq !== ledger.lastFillSeq + 1) return ledger;
  const begun = ledger.lastFillSeq === 0 ? openLedger(ledger.startEquityQuote, fill.atMs) : ledger;
  return applyFill(begun, fill).ledger;
}
