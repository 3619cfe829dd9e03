import { atLeast, lines, rising, stat, type Board } from '../panel.js';

/** Postgres: orders, fills, holdings, the audit. */
export const postgres: Board = {
  uid: 'octant-postgres',
  file: 'postgres',
  title: 'Octant: Postgres',
  about: 'Does it answer, are there connections left, and does anything hold others up?',
  rows: [
    {
      title: 'Now',
      panels: [
        stat(
          {
            title: 'Postgres',
            about: 'Answers its exporter.',
            unit: 'none',
            words: { '0': 'DOWN', '1': 'up' },
            steps: atLeast(1),
          },
          'min(pg_up)',
        ),
        stat(
          { title: 'Connections used', about: 'Of those that it takes.', unit: 'percentunit', steps: rising(0.6, 0.8) },
          'sum(pg_stat_activity_count) / max(pg_settings_max_connections)',
        ),
        stat(
          { title: 'Longest transaction', about: 'Of an agent: seconds are much.', unit: 's', steps: rising(60, 300) },
          'max(pg_stat_activity_max_tx_duration{state!="idle", backend_type=~"client backend|"})',
        ),
        stat(
          { title: 'Deadlocks in a day', about: 'The agents try again.', unit: 'short', steps: rising(1, 10) },
          'sum(increase(pg_stat_database_deadlocks[1d]))',
        ),
        stat({ title: 'Size', about: 'Of all databases.', unit: 'bytes' }, 'sum(pg_database_size_bytes)'),
        stat(
          {
            title: 'Found in memory',
            about: 'Share of the pages that needed no disk; low after a start.',
            unit: 'percentunit',
          },
          'sum(pg_stat_database_blks_hit) / (sum(pg_stat_database_blks_hit) + sum(pg_stat_database_blks_read))',
        ),
      ],
    },
    {
      title: 'Load',
      panels: [
        lines(
          { title: 'Transactions', about: 'A second.', unit: 'ops' },
          {
            expr: 'sum by (datname) (rate(pg_stat_database_xact_commit[$__rate_interval]))',
            legend: '{{datname}} done',
          },
          {
            expr: 'sum by (datname) (rate(pg_stat_database_xact_rollback[$__rate_interval]))',
            legend: '{{datname}} rolled back',
          },
        ),
        lines(
          { title: 'Connections', about: 'By state.', unit: 'short' },
          { expr: 'sum by (state) (pg_stat_activity_count)', legend: '{{state}}' },
        ),
        lines(
          { title: 'Rows written', about: 'A second.', unit: 'ops' },
          { expr: 'sum(rate(pg_stat_database_tup_inserted[$__rate_interval]))', legend: 'inserted' },
          { expr: 'sum(rate(pg_stat_database_tup_updated[$__rate_interval]))', legend: 'updated' },
          { expr: 'sum(rate(pg_stat_database_tup_deleted[$__rate_interval]))', legend: 'deleted' },
        ),
        lines(
          { title: 'Locks', about: 'By mode.', unit: 'short' },
          { expr: 'sum by (mode) (pg_locks_count)', legend: '{{mode}}' },
        ),
        lines(
          { title: 'Write-ahead log', about: 'Kept on disk.', unit: 'bytes' },
          { expr: 'sum(pg_wal_size_bytes)', legend: 'size' },
        ),
        lines(
          { title: 'Temporary files', about: 'Bytes a second: sorts that do not fit into memory.', unit: 'bytes' },
          { expr: 'sum(rate(pg_stat_database_temp_bytes[$__rate_interval]))', legend: 'written' },
        ),
      ],
    },
  ],
};
