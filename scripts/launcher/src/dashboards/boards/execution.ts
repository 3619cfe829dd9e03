import { lines, quantilesOf, rising, stat, table, type Board } from '../panel.js';

/** Orders, fills and positions. */
export const execution: Board = {
  uid: 'octant-execution',
  file: 'execution',
  title: 'Octant: execution',
  about: 'What became of orders, how quickly, and do the books agree with the venue?',
  rows: [
    {
      title: 'Now',
      panels: [
        stat(
          { title: 'Orders in an hour', about: 'Acknowledged.', unit: 'short' },
          'sum(increase(orders_total{outcome="acknowledged"}[1h]))',
        ),
        stat(
          {
            title: 'Rejected or denied in an hour',
            about: 'By the venue, or by our check of its rules.',
            unit: 'short',
            steps: rising(1, 5),
          },
          'sum(increase(orders_total{outcome=~"denied|rejected"}[1h]))',
        ),
        stat({ title: 'Fills in an hour', about: 'All symbols.', unit: 'short' }, 'sum(increase(fills_total[1h]))'),
        stat(
          { title: 'Unknown orders', about: 'Must be 0.', unit: 'short', steps: rising(1, 1) },
          'sum(orders_unknown_state)',
        ),
        stat(
          {
            title: 'Largest difference',
            about: 'Between our books and the venue, base currency.',
            unit: 'short',
            steps: rising(1e-9, 1e-9),
          },
          'max(abs(position_local_qty - position_exchange_qty))',
        ),
        stat(
          {
            title: 'Guardian acted',
            about: 'Alarms on which it cancelled what was open.',
            unit: 'short',
            steps: rising(1, 1),
          },
          'sum(guardian_trips_total)',
        ),
      ],
    },
    {
      title: 'Orders',
      panels: [
        lines(
          { title: 'Orders by outcome', about: 'In the last five minutes.', unit: 'short' },
          { expr: 'sum by (exchange, outcome) (increase(orders_total[5m]))', legend: '{{exchange}} {{outcome}}' },
        ),
        lines(
          {
            title: 'Time to acknowledgement',
            about: 'From the publishing of an order to its durable acknowledgement.',
            unit: 's',
          },
          ...quantilesOf('order_ack_duration_seconds'),
        ),
        lines(
          { title: 'Fills', about: 'In the last five minutes, by symbol.', unit: 'short' },
          { expr: 'sum by (symbol) (increase(fills_total[5m]))', legend: '{{symbol}}' },
        ),
        lines(
          { title: 'Refusals of risk', about: 'In the last five minutes, by rule.', unit: 'short' },
          { expr: 'sum by (reason) (increase(risk_decisions_total{decision="refused"}[5m]))', legend: '{{reason}}' },
        ),
        lines(
          { title: 'Silence of the executor', about: 'As the guardian hears it.', unit: 's' },
          { expr: 'max(guardian_executor_silent_seconds)', legend: 'silent' },
        ),
        lines(
          {
            title: 'Loss of the day and its limit',
            about: 'In quote currency and as ratio on the command view.',
            unit: 'percentunit',
          },
          { expr: 'max(pnl_day_ratio)', legend: 'PnL' },
          { expr: '-max(pnl_day_loss_limit_ratio)', legend: 'limit' },
        ),
      ],
    },
    {
      title: 'Positions',
      panels: [
        table(
          { title: 'By our books', about: 'Base currency.', unit: 'short' },
          'max by (exchange, symbol) (position_local_qty)',
        ),
        table(
          { title: 'At the venue', about: 'What it holds for the desk, base currency.', unit: 'short' },
          'max by (exchange, symbol) (position_exchange_qty)',
        ),
        lines(
          { title: 'PnL of the day', about: 'In quote currency.', unit: 'short', width: 24 },
          { expr: 'max(pnl_day_quote)', legend: 'PnL' },
        ),
      ],
    },
  ],
};
