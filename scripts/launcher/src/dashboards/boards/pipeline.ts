import { lines, quantilesOf, rising, stat, table, type Board } from '../panel.js';

/** From a candle to an order, stream by stream. */
export const pipeline: Board = {
  uid: 'octant-pipeline',
  file: 'pipeline',
  title: 'Octant: pipeline',
  about: 'Do messages flow, how late are decisions, and what was given up?',
  rows: [
    {
      title: 'Now',
      panels: [
        stat(
          { title: 'Worst lag', about: 'Of all groups.', unit: 's', steps: rising(30, 120) },
          'max(stream_lag_seconds)',
        ),
        stat(
          {
            title: 'Oldest entry in work',
            about: 'Delivered, and neither done nor given up.',
            unit: 's',
            steps: rising(60, 300),
          },
          'max(stream_oldest_pending_seconds)',
        ),
        stat(
          { title: 'Entries in work', about: 'Over all groups.', unit: 'short' },
          'sum(max by (stream, group) (stream_pending_count))',
        ),
        stat(
          { title: 'Dead letters', about: 'Over all streams.', unit: 'short', steps: rising(1, 10) },
          'sum(max by (stream) (stream_dlq_count))',
        ),
        stat(
          { title: 'Put back in a day', about: 'Dead letters that a person put back.', unit: 'short' },
          'sum(increase(stream_requeued_total[1d]))',
        ),
        stat(
          { title: 'Dropped unread', about: 'Must be 0 for ever.', unit: 'short', steps: rising(1, 1) },
          'sum(stream_trimmed_unread_total)',
        ),
      ],
    },
    {
      title: 'Decisions',
      panels: [
        lines(
          {
            title: 'From candle to order',
            about: 'From the publication of a candle to the order that it led to.',
            unit: 's',
            width: 12,
          },
          ...quantilesOf('decision_duration_seconds'),
        ),
        lines(
          { title: 'Time in handlers', about: '95 % are quicker.', unit: 's', width: 12 },
          {
            expr: 'histogram_quantile(0.95, sum by (le, stream, group) (rate(stream_handle_duration_seconds_bucket[$__rate_interval])))',
            legend: '{{stream}} {{group}}',
          },
        ),
      ],
    },
    {
      title: 'Flow',
      panels: [
        lines(
          { title: 'Entries done', about: 'By stream.', unit: 'ops' },
          {
            expr: 'sum by (stream) (rate(stream_messages_total{outcome="handled"}[$__rate_interval]))',
            legend: '{{stream}}',
          },
        ),
        lines(
          { title: 'Not done at once', about: 'Retried, answered as duplicates, given up.', unit: 'ops' },
          {
            expr: 'sum by (outcome) (rate(stream_messages_total{outcome!="handled"}[$__rate_interval]))',
            legend: '{{outcome}}',
          },
        ),
        lines(
          { title: 'Requeues', about: 'Dead letters put back, by stream.', unit: 'ops' },
          { expr: 'sum by (stream) (rate(stream_requeued_total[$__rate_interval]))', legend: '{{stream}}' },
        ),
        lines(
          { title: 'Lag', about: 'How far a group is behind its stream.', unit: 's' },
          { expr: 'max by (stream, group) (stream_lag_seconds)', legend: '{{stream}} {{group}}' },
        ),
        lines(
          { title: 'Lag in entries', about: 'Not delivered yet.', unit: 'short' },
          { expr: 'max by (stream, group) (stream_lag_count)', legend: '{{stream}} {{group}}' },
        ),
        lines(
          { title: 'In work', about: 'Delivered, not acknowledged.', unit: 'short' },
          { expr: 'max by (stream, group) (stream_pending_count)', legend: '{{stream}} {{group}}' },
        ),
        lines(
          { title: 'Dead letters', about: 'By stream.', unit: 'short' },
          { expr: 'max by (stream) (stream_dlq_count)', legend: '{{stream}}' },
        ),
        table(
          { title: 'Consumers', about: 'Each group has one, of its agent.', unit: 'none', width: 16 },
          'max by (stream, group) (stream_consumers)',
        ),
      ],
    },
  ],
};
