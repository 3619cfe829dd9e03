import { Counter, type Registry } from 'prom-client';

export type NotificationOutcome = 'stored' | 'skipped' | 'sent' | 'retried' | 'rate_limited' | 'failed';

export type NotificationCounter = (channel: 'store' | 'slack', outcome: NotificationOutcome) => void;

/** `notifications_total`; channel `store` counts what was taken in, `slack` what became of it there. */
export function notificationCounter(registry: Registry): NotificationCounter {
  const counter = new Counter({
    name: 'notifications_total',
    help: 'Notices by channel and outcome.',
    labelNames: ['channel', 'outcome'],
    registers: [registry],
  });
  return (channel, outcome) => {
    counter.inc({ channel, outcome });
  };
}
