import { TransientError } from '@octant/platform/errors/errors';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { Ledger } from '@octant/trading/portfolio/ledger';
import type { EquityPoint, LedgerStore } from '../adapters/ledger-store.js';
import { ledgerOf, type BookedFill, type Books } from '../book/books.js';

type PointInput = Parameters<LedgerStore['putEquityPoint']>[1];

/** The portfolio's tables in memory; passes the same contract as the ones in Postgres. Transactions never roll back. */
export class MemoryLedgerStore implements LedgerStore {
  #kept: { revision: number; ledger: Ledger } | undefined;
  readonly #fills = new Map<number, BookedFill>();
  readonly #points = new Map<number, PointInput>();

  open(ledger: Ledger): Promise<void> {
    this.#kept ??= { revision: 0, ledger };
    return Promise.resolve();
  }

  load(): Promise<Books> {
    if (this.#kept === undefined) return Promise.reject(new Error('expected a portfolio ledger, was none'));
    const { revision, ledger } = this.#kept;
    const waiting = [...this.#fills.keys()].filter((seq) => seq > ledger.lastFillSeq).length;
    return Promise.resolve({ revision, ledger, waiting });
  }

  async ledgerAt(fillSeq: number): Promise<Ledger> {
    const { ledger } = await this.load();
    const fills = await this.fillsAfter(undefined, 0);
    return ledgerOf(
      ledger,
      fills.filter((fill) => fill.fillSeq <= fillSeq),
    );
  }

  pointTimes(fromMs: number, toMs: number): Promise<ReadonlySet<number>> {
    return Promise.resolve(new Set([...this.#points.keys()].filter((atMs) => atMs >= fromMs && atMs <= toMs)));
  }

  addFill(_sql: unknown, fill: BookedFill): Promise<boolean> {
    if (this.#fills.has(fill.fillSeq)) return Promise.resolve(false);
    this.#fills.set(fill.fillSeq, fill);
    return Promise.resolve(true);
  }

  fillsAfter(_sql: unknown, fillSeq: number): Promise<readonly BookedFill[]> {
    const later = [...this.#fills.values()].filter((fill) => fill.fillSeq > fillSeq);
    return Promise.resolve(later.sort((a, b) => a.fillSeq - b.fillSeq));
  }

  save(_sql: unknown, books: Books): Promise<void> {
    if (this.#kept?.revision !== books.revision - 1) {
      const error = new TransientError('expected the books as they were, were changed since', { code: 'stale_books' });
      return Promise.reject(error);
    }
    this.#kept = { revision: books.revision, ledger: books.ledger };
    return Promise.resolve();
  }

  putEquityPoint(_sql: unknown, point: PointInput): Promise<void> {
    this.#points.set(point.atMs, point);
    return Promise.resolve();
  }

  equity(range: Parameters<LedgerStore['equity']>[0]): Promise<readonly EquityPoint[]> {
    const points = [...this.#points.values()]
      .filter(({ atMs }) => atMs >= (range.fromMs ?? 0) && atMs < (range.toMs ?? Number.MAX_SAFE_INTEGER))
      .sort((a, b) => a.atMs - b.atMs)
      .slice(-range.limit);
    return Promise.resolve(points.map((point) => ({ atMs: point.atMs, equityQuote: this.#equityAt(point) })));
  }

  #equityAt(point: PointInput): string {
    let equity = parseDecimal(point.startEquityQuote);
    for (const fill of this.#fills.values()) {
      if (fill.atMs >= point.atMs) continue;
      const signed = parseDecimal(fill.qty).times(fill.side === 'buy' ? 1 : -1);
      const gained = Decimal.of(point.closes[fill.symbol] ?? fill.price).minus(fill.price);
      equity = equity.plus(signed.times(gained)).minus(fill.feeQuote);
    }
    return formatDecimal(equity);
  }
}
