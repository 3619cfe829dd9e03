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
  /** Nobody waits for its candles any more: how old the last one is says nothing. */
  forget(series: MeasuredSeries): void;
  /** An exchange that may be asked: its counters begin at 0. */
  exchangeKnown(exchange: string): void;
  /** `count` candles that should be there were missing when their successor came. */
  gapFound(series: MeasuredSeries, count: number): void;
  /** What became of them when they were asked for again: they came, or the venue has none. */
  gapClosed(series: MeasuredSeries, counts: { readonly repaired: number; readonly empty: number }): void;
  /** The venue has changed closed candles. */
  corrected(series: MeasuredSeries, count: number): void;
  /** Share of the wanted history that is there. */
  backfilled(series: MeasuredSeries, ratio: number): void;
  stale(series: MeasuredSeries, isStale: boolean): void;
  socketLost(exchange: string, reason: 'silent' | 'failed'): void;
  /** The exchange answers again after a failure. */
  reconnected(exchange: string): void;
  signalGiven(strategy: string, side: 'buy' | 'sell'): void;
}

export function analystMetrics(registry: Registry): AnalystMetrics {
  const feed = feedMetrics(registry);
  const repair = repairMetrics(registry);
  return {
    ...feed,
    ...repair,
    forget: (series) => {
      feed.forget(series);
      repair.forget(series);
    },
  };
}

const labelNames = ['exchange', 'symbol', 'timeframe'] as const;

type RepairMetric = 'forget' | 'gapClosed' | 'corrected' | 'backfilled' | 'stale' | 'socketLost';

function repairMetrics(registry: Registry): Pick<AnalystMetrics, RepairMetric> {
  const registers = [registry];
  const outcomes = new Counter({
    name: 'market_data_gap_outcomes_total',
    help: 'Missing candles by what a second question gave: repaired, or empty at the venue.',
    labelNames: [...labelNames, 'kind'],
    registers,
  });
  const corrections = new Counter({
    name: 'market_data_corrections_total',
    help: 'Closed candles that the venue has changed since; the stored ones stay.',
    labelNames,
    registers,
  });
  const backfill = new Gauge({
    name: 'market_data_backfill_ratio',
    help: 'Share of the wanted history that is stored.',
    labelNames,
    registers,
  });
  const stale = new Gauge({
    name: 'market_data_stale',
    help: '1 while the candle that is due has not come, 0 else.',
    labelNames,
    registers,
  });
  const sockets = new Counter({
    name: 'market_data_socket_reconnects_total',
    help: 'Sockets that were given up and opened again.',
    labelNames: ['exchange', 'reason'],
    registers,
  });
  return {
    gapClosed: ({ exchange, symbol, timeframe }, { repaired, empty }) => {
      if (repaired > 0) outcomes.inc({ exchange, symbol, timeframe, kind: 'repaired' }, repaired);
      if (empty > 0) outcomes.inc({ exchange, symbol, timeframe, kind: 'empty' }, empty);
    },
    corrected: ({ exchange, symbol, timeframe }, count) => {
      corrections.inc({ exchange, symbol, timeframe }, count);
    },
    backfilled: ({ exchange, symbol, timeframe }, ratio) => {
      backfill.set({ exchange, symbol, timeframe }, ratio);
    },
    forget: ({ exchange, symbol, timeframe }) => {
      stale.remove({ exchange, symbol, timeframe });
    },
    stale: ({ exchange, symbol, timeframe }, isStale) => {
      stale.set({ exchange, symbol, timeframe }, isStale ? 1 : 0);
    },
    socketLost: (exchange, reason) => {
      sockets.inc({ exchange, reason });
    },
  };
}

function feedMetrics(registry: Registry): Omit<AnalystMetrics, Exclude<RepairMetric, 'forget'>> {
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
      gaps.inc({ exchange, symbol, timeframe }, 0);
    },
    forget: ({ exchange, symbol, timeframe }) => {
      lastClose.remove({ exchange, symbol, timeframe });
      length.remove({ exchange, symbol, timeframe });
    },
    exchangeKnown: (exchange) => {
      reconnects.inc({ exchange }, 0);
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
