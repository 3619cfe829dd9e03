import type { TimeframeName } from '@octant/trading/messages/envelope';
import { closeTimeMs, timeframeMs } from '@octant/trading/market/timeframe';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Labels of a series. */
export interface MeasuredSeries {
  readonly exchange: string;
  readonly symbol: string;
  readonly timeframe: TimeframeName;
}

export interface AnalystMetrics {
  /** A candle of `exchange` was published; keeps the newest close of each series. */
  candlePublished(series: MeasuredSeries, openTimeMs: number): void;
  /** `count` candles that should be there were missing when their successor came. */
  gapFound(series: MeasuredSeries, count: number): void;
  /** The exchange answers again after a failure. */
  reconnected(exchange: string): void;
  signalGiven(strategy: string, side: 'buy' | 'sell'): void;
}

export function analystMetrics(registry: Registry): AnalystMetrics {
  const labelNames = ['exchange', 'symbol', 'timeframe'] as const;
  const registers = [registry];
  const lastClose = new Gauge({
    name: 'market_data_last_candle_close_timestamp_seconds',
    help: 'Close time of the newest candle that was published.',
    labelNames,
    registers,
  });
  const length = new Gauge({
    name: 'market_data_timeframe_seconds',
    help: 'Length of a candle of the series.',
    labelNames,
    registers,
  });
  const gaps = new Counter({
    name: 'market_data_gaps_total',
    help: 'Candles that were missing when their successor came.',
    labelNames,
    registers,
  });
  const reconnects = new Counter({
    name: 'exchange_reconnects_total',
    help: 'Times an exchange answered again after it had failed.',
    labelNames: ['exchange'],
    registers,
  });
  const signals = new Counter({
    name: 'signals_total',
    help: 'Signals that were given.',
    labelNames: ['strategy', 'side'],
    registers,
  });
  return {
    candlePublished({ exchange, symbol, timeframe }, openTimeMs) {
      lastClose.set({ exchange, symbol, timeframe }, closeTimeMs(openTimeMs, timeframe) / 1000);
      length.set({ exchange, symbol, timeframe }, timeframeMs(timeframe) / 1000);
    },
    gapFound: ({ exchange, symbol, timeframe }, count) => {
      gaps.inc({ exchange, symbol, timeframe }, count);
    },
    reconnected: (exchange) => {
      reconnects.inc({ exchange });
    },
    signalGiven: (strategy, side) => {
      signals.inc({ strategy, side });
    },
  };
}
