import { atLeast, lines, rising, stat, table, type Board } from '../panel.js';

/** The agents as programs: requests, errors, duration, event loop, memory. */
export const services: Board = {
  uid: 'octant-services',
  file: 'services',
  title: 'Octant: services',
  about: 'Rate, errors and duration of requests, event loop and memory, agent by agent. Probes are left out.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat(
          { title: 'Agents up', about: 'Eight is all of them.', unit: 'none', steps: atLeast(8) },
          'sum(up{job="agents"})',
        ),
        stat(
          { title: 'Agents ready', about: 'Ready: it serves.', unit: 'none', steps: atLeast(8) },
          'sum(agent_state{job="agents", state="ready"})',
        ),
        stat(
          {
            title: 'Latest heartbeat',
            about: 'How late the latest is, at its scrape.',
            unit: 's',
            steps: rising(2, 5),
          },
          'max(timestamp(agent_heartbeat_timestamp_seconds) - agent_heartbeat_timestamp_seconds)',
        ),
        stat(
          { title: 'Wrong admin tokens', about: 'In an hour.', unit: 'short', steps: rising(1, 10) },
          'sum(increase(admin_auth_failures_total[1h]))',
        ),
        stat(
          {
            title: 'Wrong service tokens',
            about: 'In an hour: an agent has another token than the others.',
            unit: 'short',
            steps: rising(1, 10),
          },
          'sum(increase(service_auth_failures_total[1h]))',
        ),
        stat(
          { title: 'Configuration reloads', about: 'In a day.', unit: 'short' },
          'sum(increase(config_reloads_total[1d]))',
        ),
      ],
    },
    {
      title: 'Requests',
      panels: [
        lines(
          { title: 'Rate', about: 'Requests a second.', unit: 'reqps' },
          {
            expr: 'sum by (service) (rate(http_request_duration_seconds_count[$__rate_interval]))',
            legend: '{{service}}',
          },
        ),
        lines(
          { title: 'Errors', about: 'Share that failed (5xx); 0.1 % is the objective.', unit: 'percentunit' },
          { expr: 'service:http_failed:ratio_rate5m', legend: '{{service}}' },
        ),
        lines(
          { title: 'Duration', about: '95 % are quicker.', unit: 's' },
          {
            expr: 'histogram_quantile(0.95, sum by (service, le) (rate(http_request_duration_seconds_bucket[$__rate_interval])))',
            legend: '{{service}}',
          },
        ),
        lines(
          {
            title: 'Slow requests',
            about: 'Share above half a second; 1 % is the objective.',
            unit: 'percentunit',
            width: 12,
          },
          { expr: 'service:http_slow:ratio_rate5m', legend: '{{service}}' },
        ),
        lines(
          { title: 'By route', about: 'Requests a second.', unit: 'reqps', width: 12 },
          {
            expr: 'sum by (service, method, route) (rate(http_request_duration_seconds_count[$__rate_interval]))',
            legend: '{{service}} {{method}} {{route}}',
          },
        ),
      ],
    },
    {
      title: 'Processes',
      panels: [
        lines(
          { title: 'Event loop', about: 'One turn in a hundred is later than this.', unit: 's' },
          { expr: 'max by (agent) (nodejs_eventloop_lag_p99_seconds)', legend: '{{agent}}' },
        ),
        lines(
          { title: 'Heap', about: 'Used by JavaScript.', unit: 'bytes' },
          { expr: 'max by (agent) (nodejs_heap_size_used_bytes)', legend: '{{agent}}' },
        ),
        lines(
          { title: 'Memory', about: 'Resident: what counts against the container’s limit.', unit: 'bytes' },
          { expr: 'max by (agent) (process_resident_memory_bytes{job="agents"})', legend: '{{agent}}' },
        ),
        lines(
          { title: 'Processor', about: 'Cores.', unit: 'short' },
          {
            expr: 'sum by (agent) (rate(process_cpu_seconds_total{job="agents"}[$__rate_interval]))',
            legend: '{{agent}}',
          },
        ),
        lines(
          { title: 'Garbage collection', about: 'Share of the time.', unit: 'percentunit' },
          { expr: 'sum by (agent) (rate(nodejs_gc_duration_seconds_sum[$__rate_interval]))', legend: '{{agent}}' },
        ),
        lines(
          { title: 'Uptime', about: 'A fall to 0 is a restart.', unit: 's' },
          { expr: 'time() - max by (agent) (process_start_time_seconds{job="agents"})', legend: '{{agent}}' },
        ),
        table(
          { title: 'States', about: 'The state that each agent is in.', unit: 'none' },
          'max by (agent, state) (agent_state == 1)',
        ),
        table(
          { title: 'Versions', about: 'What runs.', unit: 'none' },
          'max by (service, version, node_version) (build_info)',
        ),
      ],
    },
  ],
};
