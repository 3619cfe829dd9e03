import { z } from 'zod';
import type { AlertingFacts, Observation, ScrapeFacts } from '../facts.js';
import { askJson, askText } from './ask-http.js';
import { observe } from './observation.js';

const status = z.object({ config: z.object({ original: z.string() }) });
const alerts = z.array(z.object({ labels: z.record(z.string(), z.string()) }));
const targets = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ health: z.string(), labels: z.record(z.string(), z.string()) })),
  }),
});
const managers = z.object({ data: z.object({ activeAlertmanagers: z.array(z.unknown()) }) });

/** Asks Alertmanager where alerts go, and whether the one that always fires arrives. */
export function observeAlerting(url: string): Promise<Observation<AlertingFacts>> {
  return observe('Alertmanager', async () => {
    const { original } = status.parse((await askJson(`${url}/api/v2/status`)).body).config;
    const watchdog = alerts.parse((await askJson(`${url}/api/v2/alerts?filter=alertname%3D%22Watchdog%22`)).body);
    const { text } = await askText(`${url}/metrics`);
    return {
      receivers: sendingReceivers(original),
      watchdogArrives: watchdog.length > 0,
      failedNotifications: sumOf(text, 'alertmanager_notifications_failed_total'),
    };
  });
}

/** Names of the receivers that have somewhere to send to. */
export function sendingReceivers(configuration: string): readonly string[] {
  const section = /^receivers:\n((?:[ -].*\n?|\n)*)/m.exec(configuration)?.[1] ?? '';
  return section.split(/^ {0,2}- /m).flatMap((text) => {
    const name = /^name: *["']?([^"'\n]+)/m.exec(text)?.[1]?.trim();
    return name !== undefined && /^\s+\w+_configs:/m.test(text) ? [name] : [];
  });
}

function sumOf(metrics: string, name: string): number {
  const samples = metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'));
  return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Asks Prometheus whom it gets figures from, and to whom it sends alerts. */
export function observeScrapes(url: string): Promise<Observation<ScrapeFacts>> {
  return observe('Prometheus', async () => {
    const { activeTargets } = targets.parse((await askJson(`${url}/api/v1/targets?state=active`)).body).data;
    const { activeAlertmanagers } = managers.parse((await askJson(`${url}/api/v1/alertmanagers`)).body).data;
    const down = activeTargets.filter(({ health }) => health === 'down');
    return {
      alertmanagers: activeAlertmanagers.length,
      down: down.map(({ labels }) => labels['job'] ?? labels['instance'] ?? 'a target'),
      up: activeTargets.filter(({ health }) => health === 'up').length,
    };
  });
}
