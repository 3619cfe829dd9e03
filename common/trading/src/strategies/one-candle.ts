import type { Candle } from '../market/candle.js';
import { emptyColumns, type CandleColumns } from '../market/candle-columns.js';
import { signalAt } from './signal-at.js';
import { emptySignals } from './signal-columns.js';
import type { StrategyRun, StrategySignal } from './strategy.js';

/** Gives a strategy that computes runs of candles one candle alone, so that both ways have the same bits. */
export class OneCandle {
  readonly #row = emptyColumns(1);
  readonly #signals = emptySignals(1);

  signal(run: Required<Pick<StrategyRun, 'onColumns'>>, candle: Candle): StrategySignal | undefined {
    setRow(this.#row, candle);
    run.onColumns(this.#row, { from: 0, to: 1 }, this.#signals);
    return signalAt(this.#signals, 0);
  }
}

/** Makes `row`, columns of one row, hold a candle. */
export function setRow(row: CandleColumns, candle: Candle): void {
  row.openTimeMs[0] = candle.openTimeMs;
  row.open[0] = candle.open;
  row.high[0] = candle.high;
  row.low[0] = candle.low;
  row.close[0] = candle.close;
  row.volume[0] = candle.volume;
}
