import type { ColumnSeries } from '@octant/trading/backtest/candle-steps';
import type { Report } from '@octant/trading/backtest/report';
import type { BuyAndHold } from './buy-and-hold.js';

/** The run in at most so many points of equal time, for drawing; element `i` is the same point in each. */
export interface EquityCourse {
  readonly atMs: readonly number[];
  readonly equity: readonly number[];
  /** Deepest fall below the peak within the point's stretch, 0 or more. */
  readonly drawdown: readonly number[];
  /** Mean share of equity in positions within the stretch. */
  readonly exposure: readonly number[];
  readonly benchmark: readonly number[];
  /** Share of candle closes with a position. */
  readonly timeInMarket: number;
}

const MOST_POINTS = 1200;

/** Follows cash and positions of the report's trades over the closes of all candles. */
export function equityCourse(
  report: Report,
  options: { readonly series: readonly ColumnSeries[]; readonly candleMs: number; readonly benchmark: BuyAndHold },
): EquityCourse {
  const { series, candleMs, benchmark } = options;
  const closes = closesOf(series, candleMs);
  const account = new Account(report, series);
  const perPoint = Math.max(1, Math.ceil(closes.length / MOST_POINTS));
  const start = Number(report.startEquityQuote);
  const [first = 0] = closes;
  const course = {
    atMs: [first - candleMs],
    equity: [start],
    drawdown: [0],
    exposure: [0],
    benchmark: [start],
  };
  let peak = start;
  let deepest = 0;
  let exposed = 0;
  let inMarket = 0;
  let count = 0;
  for (const [index, closeMs] of closes.entries()) {
    const { equity, positions } = account.at(closeMs, candleMs);
    peak = Math.max(peak, equity);
    deepest = Math.max(deepest, (peak - equity) / peak);
    exposed += positions / equity;
    if (positions > 0) inMarket += 1;
    count += 1;
    if (count < perPoint && index < closes.length - 1) continue;
    course.atMs.push(closeMs);
    course.equity.push(equity);
    course.drawdown.push(deepest);
    course.exposure.push(exposed / count);
    course.benchmark.push(benchmark.equityAt(closeMs));
    [deepest, exposed, count] = [0, 0, 0];
  }
  return { ...course, timeInMarket: closes.length === 0 ? 0 : inMarket / closes.length };
}

/** Close times of all series, each once, rising. */
function closesOf(series: readonly ColumnSeries[], candleMs: number): Float64Array {
  const [only] = series;
  if (only !== undefined && series.length === 1) {
    return only.columns.openTimeMs.map((openTimeMs) => openTimeMs + candleMs);
  }
  const all = new Set<number>();
  for (const { columns } of series) for (const openTimeMs of columns.openTimeMs) all.add(openTimeMs + candleMs);
  return Float64Array.from(all).sort();
}

/** Cash and positions as the trades leave them; to be asked in rising time. */
class Account {
  readonly #trades: Report['trades'];
  readonly #holdings: { readonly series: ColumnSeries; at: number; qty: number }[];
  #cash: number;
  #next = 0;

  constructor(report: Report, series: readonly ColumnSeries[]) {
    this.#trades = report.trades;
    this.#cash = Number(report.startEquityQuote);
    this.#holdings = series.map((one) => ({ series: one, at: -1, qty: 0 }));
  }

  at(closeMs: number, candleMs: number): { equity: number; positions: number } {
    for (let trade = this.#trades[this.#next]; trade !== undefined; trade = this.#trades[this.#next]) {
      if (trade.atMs >= closeMs) break;
      this.#book(trade);
      this.#next += 1;
    }
    let positions = 0;
    for (const holding of this.#holdings) {
      const { openTimeMs, close } = holding.series.columns;
      while ((openTimeMs[holding.at + 1] ?? Infinity) + candleMs <= closeMs) holding.at += 1;
      if (holding.qty !== 0) positions += holding.qty * (close[holding.at] ?? 0);
    }
    return { equity: this.#cash + positions, positions };
  }

  #book({ symbol, side, qty, price, feeQuote }: Report['trades'][number]): void {
    const holding = this.#holdings.find(({ series }) => series.symbol === symbol);
    if (holding === undefined) return;
    const signed = side === 'buy' ? Number(qty) : -Number(qty);
    holding.qty += signed;
    if (Math.abs(holding.qty) < 1e-12) holding.qty = 0;
    this.#cash -= signed * Number(price) + Number(feeQuote);
  }
}
