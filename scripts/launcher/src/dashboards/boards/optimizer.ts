import { lines, rising, stat, type Board } from '../panel.js';

/** Parameter searches. */
export const optimizer: Board = {
  uid: 'octant-optimizer',
  file: 'optimizer',
  title: 'Octant: optimizer',
  about: 'Searches, what they cost, and how they ended.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat(
          { title: 'Searches in a day', about: 'Ended well.', unit: 'short', width: 6 },
          'sum(increase(optimizer_runs_total{outcome="done"}[1d]))',
        ),
        stat(
          { title: 'Failed in a day', about: 'See its log.', unit: 'short', width: 6, steps: rising(1, 3) },
          'sum(increase(optimizer_runs_total{outcome="failed"}[1d]))',
        ),
        stat(
          { title: 'Trials in a day', about: 'Parameter sets that were tried.', unit: 'short', width: 6 },
          'sum(increase(optimizer_trials_total[1d]))',
        ),
        stat(
          { title: 'Requests in work', about: 'Taken from the stream, not yet on record.', unit: 'short', width: 6 },
          'sum(max by (stream, group) (stream_pending_count{stream="opt.requests"}))',
        ),
      ],
    },
    {
      title: 'Over time',
      panels: [
        lines(
          { title: 'Trials', about: 'A second.', unit: 'ops' },
          { expr: 'sum(rate(optimizer_trials_total[$__rate_interval]))', legend: 'trials' },
        ),
        lines(
          { title: 'Searches', about: 'That ended, in an hour, by how.', unit: 'short' },
          { expr: 'sum by (outcome) (increase(optimizer_runs_total[1h]))', legend: '{{outcome}}' },
        ),
        lines(
          { title: 'Processor', about: 'Cores that the optimizer uses.', unit: 'short' },
          {
            expr: 'sum(rate(process_cpu_seconds_total{agent="parameter-optimizer"}[$__rate_interval]))',
            legend: 'cores',
          },
        ),
        lines(
          { title: 'Memory', about: 'Resident.', unit: 'bytes' },
          { expr: 'max(process_resident_memory_bytes{agent="parameter-optimizer"})', legend: 'resident' },
        ),
        lines(
          { title: 'Event loop', about: 'Searches run beside it, in a thread.', unit: 's' },
          { expr: 'max(nodejs_eventloop_lag_p99_seconds{agent="parameter-optimizer"})', legend: '99 %' },
        ),
        lines(
          { title: 'Results', about: 'Entries of opt.results done, in an hour.', unit: 'short' },
          {
            expr: 'sum(increase(stream_messages_total{stream="opt.results", outcome="handled"}[1h]))',
            legend: 'results',
          },
        ),
      ],
    },
  ],
};
