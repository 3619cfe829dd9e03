import { lines, rising, stat, table, type Board } from '../panel.js';

/** Candles: do they come, and in time? */
export const marketData: Board = {
  uid: 'octant-market-data',
  file: 'market-data',
  title: 'Octant: market data',
  about: 'Do candles come, in time and without gaps, and is there room in the venues’ limits?',
  rows: [
    {
      title: 'Now',
      panels: [
        stat(
          {
            title: 'Furthest behind',
            about: 'In timeframes: above 2.5 a live series is stale.',
            unit: 'none',
            decimals: 1,
            width: 6,
          },
          'max((time() - market_data_last_candle_close_timestamp_seconds) / market_data_timeframe_seconds)',
        ),
        stat(
          { title: 'Series', about: 'Exchange, symbol and timeframe.', unit: 'none', width: 6 },
          'count(market_data_last_candle_close_timestamp_seconds)',
        ),
        stat(
          {
            title: 'Missing candles in a day',
            about: 'When their successor came; most are repaired.',
            unit: 'short',
            width: 6,
            steps: rising(1, 60),
          },
          'sum(increase(market_data_gaps_total[1d]))',
        ),
        stat(
          {
            title: 'Most used rate limit',
            about: 'At 100 % requests wait.',
            unit: 'percentunit',
            width: 6,
            steps: rising(0.5, 0.9),
          },
          'max(exchange_rate_limit_used_ratio)',
        ),
      ],
    },
    {
      title: 'Candles',
      panels: [
        lines(
          {
            title: 'Age of the newest candle',
            about: 'Replayed and simulated candles have times of their own.',
            unit: 's',
          },
          {
            expr: 'max by (exchange, symbol, timeframe) (time() - market_data_last_candle_close_timestamp_seconds)',
            legend: '{{exchange}} {{symbol}} {{timeframe}}',
          },
        ),
        lines(
          { title: 'Gaps', about: 'Candles that were missing, in an hour.', unit: 'short' },
          {
            expr: 'sum by (exchange, symbol) (increase(market_data_gaps_total[1h]))',
            legend: '{{exchange}} {{symbol}}',
          },
        ),
        lines(
          { title: 'Signals', about: 'In an hour, by strategy and side.', unit: 'short' },
          { expr: 'sum by (strategy, side) (increase(signals_total[1h]))', legend: '{{strategy}} {{side}}' },
        ),
        table(
          { title: 'Series', about: 'Age of the newest candle, in timeframes.', unit: 'none' },
          'max by (exchange, symbol, timeframe) ((time() - market_data_last_candle_close_timestamp_seconds) / market_data_timeframe_seconds)',
        ),
        lines(
          { title: 'Reconnects', about: 'Times an exchange answered again, in an hour.', unit: 'short', width: 6 },
          { expr: 'sum by (exchange) (increase(exchange_reconnects_total[1h]))', legend: '{{exchange}}' },
        ),
        lines(
          {
            title: 'Rate limits',
            about: 'Used share of a minute’s weight, as last looked at.',
            unit: 'percentunit',
            width: 6,
          },
          { expr: 'max by (budget) (exchange_rate_limit_used_ratio)', legend: '{{budget}}' },
        ),
      ],
    },
  ],
};
