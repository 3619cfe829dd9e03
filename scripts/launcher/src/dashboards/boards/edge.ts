import { atLeast, lines, rising, stat, table, type Board } from '../panel.js';

/** What comes from outside. */
export const edge: Board = {
  uid: 'octant-edge',
  file: 'edge',
  title: 'Octant: edge',
  about: 'Who asks, what is answered, and how long certificates last.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat(
          { title: 'Requests', about: 'A second, all entry points.', unit: 'reqps' },
          'sum(rate(traefik_entrypoint_requests_total[5m]))',
        ),
        stat(
          { title: 'Refused', about: 'Share with 4xx: not signed in, no certificate, not found.', unit: 'percentunit' },
          '(sum(increase(traefik_entrypoint_requests_total{code=~"4.."}[1h])) or vector(0)) / clamp_min(sum(increase(traefik_entrypoint_requests_total[1h])), 1)',
        ),
        stat({ title: 'Open connections', about: 'All entry points.', unit: 'short' }, 'sum(traefik_open_connections)'),
        stat(
          {
            title: 'First certificate to end',
            about: 'Of those that Traefik serves.',
            unit: 's',
            steps: atLeast(1_209_600),
          },
          'min(traefik_tls_certs_not_after) - time()',
        ),
        stat(
          { title: 'Wrong admin tokens', about: 'In an hour.', unit: 'short', steps: rising(1, 10) },
          'sum(increase(admin_auth_failures_total[1h]))',
        ),
        stat(
          { title: 'Wrong Slack signatures', about: 'In an hour.', unit: 'short', steps: rising(1, 3) },
          'sum(increase(slack_signature_failures_total[1h]))',
        ),
      ],
    },
    {
      title: 'Requests',
      panels: [
        lines(
          { title: 'By answer', about: 'Requests a second, by code.', unit: 'reqps' },
          { expr: 'sum by (code) (rate(traefik_entrypoint_requests_total[$__rate_interval]))', legend: '{{code}}' },
        ),
        lines(
          { title: 'By router', about: 'Requests a second.', unit: 'reqps' },
          { expr: 'sum by (router) (rate(traefik_router_requests_total[$__rate_interval]))', legend: '{{router}}' },
        ),
        lines(
          { title: 'Duration', about: '95 % are quicker, by service behind the edge.', unit: 's' },
          {
            expr: 'histogram_quantile(0.95, sum by (service, le) (rate(traefik_service_request_duration_seconds_bucket[$__rate_interval])))',
            legend: '{{service}}',
          },
        ),
        lines(
          { title: 'Slack’s calls', about: 'From the call to its acknowledgement; Slack waits for 3 s.', unit: 's' },
          {
            expr: 'sum(rate(slack_ack_duration_seconds_sum[5m])) / clamp_min(sum(rate(slack_ack_duration_seconds_count[5m])), 1e-9)',
            legend: 'mean',
          },
        ),
        lines(
          { title: 'TLS', about: 'Requests a second by version.', unit: 'reqps' },
          {
            expr: 'sum by (tls_version) (rate(traefik_entrypoint_requests_tls_total[$__rate_interval]))',
            legend: '{{tls_version}}',
          },
        ),
        lines(
          { title: 'Configuration', about: 'When Traefik last took one over without an error.', unit: 's' },
          { expr: 'time() - max(traefik_config_last_reload_success)', legend: 'ago' },
        ),
      ],
    },
    {
      title: 'Certificates',
      panels: [
        table(
          { title: 'Served by Traefik', about: 'Seconds left.', unit: 's' },
          'min by (cn, sans) (traefik_tls_certs_not_after) - time()',
        ),
        table(
          { title: 'Our own and those of clients', about: 'Seconds left.', unit: 's' },
          'min by (name) (certificate_expiry_timestamp_seconds) - time()',
        ),
      ],
    },
  ],
};
