import { Counter, Histogram, type Registry } from 'prom-client';

const SLACK_OUTCOMES = ['skipped', 'sent', 'retried', 'rate_limited', 'failed'] as const;

export type NotificationOutcome = 'stored' | (typeof SLACK_OUTCOMES)[number];

export type NotificationCounter = (channel: 'store' | 'slack', outcome: NotificationOutcome) => void;

/** `notifications_total`; channel `store` counts what was taken in, `slack` what became of it there. */
export function notificationCounter(registry: Registry): NotificationCounter {
  const counter = new Counter({
    name: 'notifications_total',
    help: 'Notices by channel and outcome.',
    labelNames: ['channel', 'outcome'],
    registers: [registry],
  });
  counter.inc({ channel: 'store', outcome: 'stored' }, 0);
  for (const outcome of SLACK_OUTCOMES) counter.inc({ channel: 'slack', outcome }, 0);
  return (channel, outcome) => {
    counter.inc({ channel, outcome });
  };
}

/**
 * Metrics of what Slack calls us for (buttons, commands). They are exported whether or not an app may call: an alert on a
 * metric that does not exist would be silent for ever. No route takes such calls yet, so both stay at 0.
 */
export function declareSlackCallbackMetrics(registry: Registry): void {
  const registers = [registry];
  new Counter({
    name: 'slack_signature_failures_total',
    help: "Calls to Slack's callback whose signature was wrong or too old.",
    registers,
  });
  new Histogram({
    name: 'slack_ack_duration_seconds',
    help: "From a call to Slack's callback to its acknowledgement; Slack waits for 3 s.",
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 3],
    registers,
  });
}
