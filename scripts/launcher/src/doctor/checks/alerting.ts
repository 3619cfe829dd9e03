import type { Check } from '../check.js';
import { whenSeen } from '../facts.js';
import { failure, ok, warning } from '../verdict.js';

/** Services that run only with a profile of the compose file. */
const OPTIONAL: Readonly<Record<string, string>> = { grafana: 'dashboards', loki: 'logging', alloy: 'logging' };

/** An alert that reaches nobody is none: receiver, webhook, and the Watchdog that always fires. */
export const alertPath: Check = {
  id: 'alert-path',
  title: 'Alerts reach somebody',
  examine: ({ alerting, host }) =>
    whenSeen(alerting, 'docker compose logs alertmanager', ({ receivers, watchdogArrives, failedNotifications }) => {
      const webhook = host.all('secret').find((line) => line.startsWith('alert_slack_webhook_url '));
      if (!watchdogArrives) {
        return failure(
          'the Watchdog does not arrive at Alertmanager',
          'docker compose logs prometheus: its rules, or its way to Alertmanager, are broken',
        );
      }
      if (webhook?.split(' ')[3] === '0') {
        return warning(
          'alert_slack_webhook_url is empty: alerts go nowhere',
          'put the webhook into secrets/alert_slack_webhook_url, then docker compose up -d --force-recreate alertmanager',
        );
      }
      if (receivers.length === 0)
        return failure('Alertmanager has no receiver that sends anything', 'see alertmanager/ and docs/operations.md');
      if (failedNotifications > 0)
        return warning(`${failedNotifications} notifications failed`, 'docker compose logs alertmanager says why');
      return ok(`the Watchdog arrives, receivers: ${receivers.join(', ')}`);
    }),
};

/** Without figures no alert can fire. */
export const scrapeTargets: Check = {
  id: 'scrape-targets',
  title: 'Prometheus gets figures from everybody',
  examine: ({ scrapes, host }) =>
    whenSeen(scrapes, 'docker compose logs prometheus', ({ alertmanagers, down: silent, up }) => {
      const profiles = (host.find('env.compose_profiles') ?? '').split(',').map((name) => name.trim());
      const down = silent.filter((job) => !(job in OPTIONAL) || profiles.includes(OPTIONAL[job] ?? ''));
      if (down.length > 0)
        return failure(`no figures from ${down.join(', ')}`, 'docker compose ps, docker compose logs of those');
      if (alertmanagers === 0) return failure('Prometheus knows no Alertmanager', 'see prometheus/prometheus.yml');
      return ok(`${up} targets`);
    }),
};
