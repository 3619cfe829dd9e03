/** One metric: what docs and dashboards are compared with. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const streamAndGroup = ['stream', 'group'] as const;

/** Every metric that each agent exports, beside the process metrics of prom-client. */
export const platformMetrics = {
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the first byte of a request to the last of its response.',
    labels: ['service', 'method', 'route', 'status_code'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10],
  },
  stream_pending_count: {
    type: 'gauge',
    help: 'Entries delivered to the group and not acknowledged.',
    labels: streamAndGroup,
  },
  stream_lag_count: { type: 'gauge', help: 'Entries not delivered to the group yet.', labels: streamAndGroup },
  stream_lag_seconds: {
    type: 'gauge',
    help: 'Last entry of the stream minus last entry delivered to the group.',
    labels: streamAndGroup,
  },
  stream_consumers: { type: 'gauge', help: 'Consumers of the group.', labels: streamAndGroup },
  stream_oldest_pending_seconds: {
    type: 'gauge',
    help: 'Age of the oldest entry that the group has not acknowledged.',
    labels: streamAndGroup,
  },
  stream_dlq_count: { type: 'gauge', help: 'Entries in the dead-letter stream.', labels: ['stream'] },
  stream_messages_total: {
    type: 'counter',
    help: 'Deliveries by what became of them.',
    labels: ['stream', 'group', 'outcome'],
  },
  stream_handle_duration_seconds: {
    type: 'histogram',
    help: 'Time in the handler.',
    labels: streamAndGroup,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  },
  stream_requeued_total: { type: 'counter', help: 'Dead letters put back into their stream.', labels: ['stream'] },
  stream_trimmed_unread_total: {
    type: 'counter',
    help: 'Entries trimmed before every group had acknowledged them; must stay 0.',
    labels: ['stream'],
  },
  agent_heartbeat_timestamp_seconds: { type: 'gauge', help: 'When the event loop last turned.', labels: [] },
  agent_state: { type: 'gauge', help: '1 for the state the agent is in, 0 for the others.', labels: ['state'] },
  build_info: { type: 'gauge', help: 'Always 1.', labels: ['service', 'version', 'node_version'] },
  admin_auth_failures_total: {
    type: 'counter',
    help: 'Calls of admin routes with a missing or wrong token.',
    labels: [],
  },
  service_auth_failures_total: {
    type: 'counter',
    help: 'Calls of service routes with a missing or wrong token.',
    labels: [],
  },
  config_reloads_total: { type: 'counter', help: 'Configurations that took effect after the start.', labels: [] },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type PlatformMetricName = keyof typeof platformMetrics;
