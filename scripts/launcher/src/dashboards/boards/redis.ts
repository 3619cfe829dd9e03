import { atLeast, lines, rising, stat, type Board } from '../panel.js';

/** Redis: messages in flight and the state of the desk. */
export const redis: Board = {
  uid: 'octant-redis',
  file: 'redis',
  title: 'Octant: Redis',
  about: 'Does it answer, is everything written to disk, and is there memory left?',
  rows: [
    {
      title: 'Now',
      panels: [
        stat(
          {
            title: 'Redis',
            about: 'Answers its exporter.',
            unit: 'none',
            words: { '0': 'DOWN', '1': 'up' },
            steps: atLeast(1),
          },
          'min(redis_up)',
        ),
        stat(
          {
            title: 'Memory used',
            about: 'Of its limit, or of the machine where it has none.',
            unit: 'percentunit',
            steps: rising(0.6, 0.8),
          },
          'max(redis_memory_used_bytes / ((redis_memory_max_bytes > 0) or redis_total_system_memory_bytes))',
        ),
        stat(
          {
            title: 'Append-only file',
            about: 'Without it a restart loses messages.',
            unit: 'none',
            words: { '0': 'OFF', '1': 'on' },
            steps: atLeast(1),
          },
          'min(redis_aof_enabled)',
        ),
        stat(
          {
            title: 'Last write to it',
            about: 'Failed: the disk is full or broken.',
            unit: 'none',
            words: { '0': 'FAILED', '1': 'good' },
            steps: atLeast(1),
          },
          'min(redis_aof_last_write_status)',
        ),
        stat(
          { title: 'Evicted keys', about: 'Must be 0.', unit: 'short', steps: rising(1, 1) },
          'sum(redis_evicted_keys_total)',
        ),
        stat({ title: 'Uptime', about: 'Since its last start.', unit: 's' }, 'min(redis_uptime_in_seconds)'),
      ],
    },
    {
      title: 'Load',
      panels: [
        lines(
          { title: 'Commands', about: 'A second.', unit: 'ops' },
          { expr: 'sum(rate(redis_commands_processed_total[$__rate_interval]))', legend: 'all' },
        ),
        lines(
          { title: 'Time in commands', about: 'Seconds a second, by command: 1 is a full core.', unit: 'short' },
          {
            expr: 'topk(8, sum by (cmd) (rate(redis_commands_duration_seconds_total[$__rate_interval])))',
            legend: '{{cmd}}',
          },
        ),
        lines(
          { title: 'Clients', about: 'Connected, and blocked on reads.', unit: 'short' },
          { expr: 'sum(redis_connected_clients)', legend: 'connected' },
          { expr: 'sum(redis_blocked_clients)', legend: 'blocked' },
        ),
        lines(
          { title: 'Network', about: 'Bytes a second.', unit: 'bytes' },
          { expr: 'sum(rate(redis_net_input_bytes_total[$__rate_interval]))', legend: 'in' },
          { expr: 'sum(rate(redis_net_output_bytes_total[$__rate_interval]))', legend: 'out' },
        ),
        lines(
          { title: 'Slow commands', about: 'In the slow log.', unit: 'short' },
          { expr: 'sum(redis_slowlog_length)', legend: 'entries' },
        ),
        lines(
          { title: 'Refused connections', about: 'In an hour.', unit: 'short' },
          { expr: 'sum(increase(redis_rejected_connections_total[1h]))', legend: 'refused' },
        ),
      ],
    },
    {
      title: 'Memory and disk',
      panels: [
        lines(
          { title: 'Memory', about: 'Used, and its limit.', unit: 'bytes' },
          { expr: 'sum(redis_memory_used_bytes)', legend: 'used' },
          { expr: 'sum(redis_memory_max_bytes)', legend: 'limit (0: none)' },
        ),
        lines(
          { title: 'Keys', about: 'By database.', unit: 'short' },
          { expr: 'sum by (db) (redis_db_keys)', legend: '{{db}}' },
        ),
        lines(
          { title: 'Append-only file', about: 'It shrinks when it is rewritten.', unit: 'bytes' },
          { expr: 'sum(redis_aof_current_size_bytes)', legend: 'size' },
        ),
      ],
    },
  ],
};
