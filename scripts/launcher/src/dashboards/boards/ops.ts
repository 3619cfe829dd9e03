import { atLeast, lines, rising, stat, table, type Board } from '../panel.js';

/** What whoever runs the desk looks at first. */
export const ops: Board = {
  uid: 'octant-ops',
  file: 'ops',
  title: 'Octant: command view',
  about: 'Is the desk trading, how does the day stand, and is anything broken?',
  rows: [
    {
      title: 'The desk',
      panels: [
        stat(
          {
            title: 'Trading',
            about: 'HALTED: only orders that reduce exposure pass.',
            unit: 'none',
            words: { '0': 'trading', '1': 'HALTED' },
            steps: rising(1, 1),
          },
          'max(trading_halted)',
        ),
        stat(
          { title: 'PnL today', about: 'Since 00:00 UTC, of the equity then.', unit: 'percentunit', decimals: 2 },
          'max(pnl_day_ratio)',
        ),
        stat(
          {
            title: 'Loss limit used',
            about: 'At 100 % the day is halted.',
            unit: 'percentunit',
            steps: rising(0.5, 0.8),
          },
          'clamp_min(-max(pnl_day_ratio) / max(pnl_day_loss_limit_ratio), 0)',
        ),
        stat(
          { title: 'Equity', about: 'Of the account, in quote currency.', unit: 'short', decimals: 2 },
          'max(equity_quote)',
        ),
        stat(
          { title: 'Agents up', about: 'Eight is all of them.', unit: 'none', steps: atLeast(8) },
          'sum(up{job="agents"})',
        ),
        stat(
          { title: 'Running sessions', about: 'Sessions that wait for candles.', unit: 'none' },
          'max(sessions_running)',
        ),
        stat(
          {
            title: 'Oldest candle',
            about:
              'Age of the newest candle of the series that is furthest behind. Replayed candles are as old as they are.',
            unit: 's',
          },
          'max(time() - market_data_last_candle_close_timestamp_seconds)',
        ),
        stat(
          { title: 'Worst lag', about: 'Of all groups of all streams.', unit: 's', steps: rising(30, 120) },
          'max(stream_lag_seconds)',
        ),
        stat(
          { title: 'Dead letters', about: 'Each waits for a person.', unit: 'none', steps: rising(1, 10) },
          'sum(max by (stream) (stream_dlq_count))',
        ),
        stat(
          {
            title: 'Unknown orders',
            about: 'Sent, and nobody knows whether they stand.',
            unit: 'none',
            steps: rising(1, 1),
          },
          'sum(orders_unknown_state)',
        ),
        stat(
          {
            title: 'Guardian',
            about: 'Cancels what is open when the executor is silent.',
            unit: 'none',
            words: { '0': 'away', '1': 'up' },
            steps: atLeast(1),
          },
          'max(up{job="guardian"})',
        ),
        stat(
          { title: 'Last backup', about: 'One a day is wanted.', unit: 's', steps: rising(86_400, 93_600) },
          'time() - max(backup_last_success_timestamp_seconds)',
        ),
      ],
    },
    {
      title: 'Alerts',
      panels: [
        table(
          {
            title: 'Firing alerts',
            about: 'Watchdog is always among them: it shows that alerts work.',
            unit: 'none',
            width: 24,
          },
          'max by (alertname, severity, agent, stream, group, exchange, symbol, name) (ALERTS{alertstate="firing"})',
        ),
      ],
    },
    {
      title: 'The day',
      panels: [
        lines(
          { title: 'PnL and its limit', about: 'The day is halted where the lines meet.', unit: 'percentunit' },
          { expr: 'max(pnl_day_ratio)', legend: 'PnL' },
          { expr: '-max(pnl_day_loss_limit_ratio)', legend: 'loss limit' },
        ),
        lines(
          { title: 'Equity', about: 'In quote currency.', unit: 'short' },
          { expr: 'max(equity_quote)', legend: 'equity' },
        ),
        lines(
          { title: 'Fills an hour', about: 'By venue.', unit: 'short' },
          { expr: 'sum by (exchange) (increase(fills_total[1h]))', legend: '{{exchange}}' },
        ),
        lines(
          { title: 'Decisions of risk, an hour', about: 'Approved, and refused by reason.', unit: 'short' },
          {
            expr: 'sum by (decision, reason) (increase(risk_decisions_total[1h]))',
            legend: '{{decision}} {{reason}}',
          },
        ),
        lines(
          {
            title: 'Orders that do not stand',
            about: 'Rejected by the venue, or denied by our check of its rules, of all of the last hour.',
            unit: 'percentunit',
          },
          {
            expr: 'sum by (exchange) (increase(orders_total{outcome=~"denied|rejected"}[1h])) / clamp_min(sum by (exchange) (increase(orders_total{outcome=~"acknowledged|denied|rejected"}[1h])), 1)',
            legend: '{{exchange}}',
          },
        ),
        lines(
          { title: 'Notices an hour', about: 'By channel and what became of them.', unit: 'short' },
          { expr: 'sum by (channel, outcome) (increase(notifications_total[1h]))', legend: '{{channel}} {{outcome}}' },
        ),
      ],
    },
    {
      title: 'The machine',
      panels: [
        lines(
          { title: 'Free disk', about: 'Below 10 % Redis and Postgres will soon refuse writes.', unit: 'percentunit' },
          {
            expr: 'node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs"} / node_filesystem_size_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs"}',
            legend: '{{mountpoint}}',
          },
        ),
        lines(
          { title: 'Memory left', about: 'What programs may still get.', unit: 'bytes' },
          { expr: 'node_memory_MemAvailable_bytes', legend: 'available' },
          { expr: 'node_memory_MemTotal_bytes', legend: 'all' },
        ),
        lines(
          { title: 'Processor', about: 'Share of all cores that is busy.', unit: 'percentunit' },
          { expr: '1 - avg(rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))', legend: 'busy' },
        ),
        stat(
          {
            title: 'Last restore drill',
            about: 'One a month is wanted.',
            unit: 's',
            width: 6,
            steps: rising(2_592_000, 3_024_000),
          },
          'time() - max(restore_drill_last_success_timestamp_seconds)',
        ),
        stat(
          {
            title: 'First certificate to end',
            about: 'Two weeks are time enough.',
            unit: 's',
            width: 6,
            steps: atLeast(1_209_600),
          },
          'min(certificate_expiry_timestamp_seconds) - time()',
        ),
        stat(
          {
            title: 'Clock offset',
            about: 'Signed requests fail on seconds.',
            unit: 's',
            width: 6,
            steps: rising(0.05, 0.1),
          },
          'max(abs(node_timex_offset_seconds))',
        ),
        stat(
          { title: 'Kills for want of memory', about: 'In a day.', unit: 'none', width: 6, steps: rising(1, 1) },
          'max(increase(node_vmstat_oom_kill[1d]))',
        ),
      ],
    },
  ],
};
