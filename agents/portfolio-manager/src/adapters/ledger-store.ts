import type { Sql } from '@octant/platform/postgres/sql';
import type { Ledger } from '@octant/trading/portfolio/ledger';
import type { BookedFill, Books } from '../book/books.js';

export interface EquityPoint {
  readonly atMs: number;
  readonly equityQuote: string;
}

/** The portfolio's tables. Writes take the open transaction. */
export interface LedgerStore {
  /** Keeps this ledger unless there is one. */
  open(ledger: Ledger): Promise<void>;
  load(): Promise<Books>;
  /** The ledger as it was after this fill, from the kept fills. */
  ledgerAt(fillSeq: number): Promise<Ledger>;
  /** Keeps the fill and corrects the equity points after it; false when it was kept before. */
  addFill(sql: Sql, fill: BookedFill): Promise<boolean>;
  /** Kept fills after this one, ascending. */
  fillsAfter(sql: Sql, fillSeq: number): Promise<readonly BookedFill[]>;
  /**
   * Writes the ledger and the holdings that follow from it.
   *
   * @throws TransientError `stale_books` when Postgres is not at the revision before.
   */
  save(sql: Sql, books: Books): Promise<void>;
  /** Writes the equity at an instant, from the fills before it, at these closes. */
  putEquityPoint(
    sql: Sql,
    point: {
      readonly atMs: number;
      readonly startEquityQuote: string;
      readonly closes: Readonly<Record<string, string>>;
    },
  ): Promise<void>;
  /** Instants at which there is a point, from (inclusive) to (inclusive). */
  pointTimes(fromMs: number, toMs: number): Promise<ReadonlySet<number>>;
  /** Ascending; the newest `limit` from (inclusive) and to (exclusive). */
  equity(range: {
    readonly fromMs: number | undefined;
    readonly toMs: number | undefined;
    readonly limit: number;
  }): Promise<readonly EquityPoint[]>;
}
