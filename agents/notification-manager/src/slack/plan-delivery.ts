import type { NotificationManagerConfig } from '@octant/trading/config/agent-configs';
import { severity, type Severity } from '@octant/trading/messages/notify-event';
import type { SlackWebhooks } from './webhooks.js';

/** How a new notice starts on Slack's side. */
export type DeliveryPlan =
  { readonly state: 'pending'; readonly reason: null } | { readonly state: 'skipped'; readonly reason: string };

/** Whether a notice of that severity goes to Slack. */
export function planDelivery(
  level: Severity,
  webhooks: SlackWebhooks,
  settings: NotificationManagerConfig['slack'],
): DeliveryPlan {
  const rank = (name: Severity) => severity.options.indexOf(name);
  if (rank(level) < rank(settings.min_severity)) {
    return { state: 'skipped', reason: `below min_severity ${settings.min_severity}` };
  }
  if (webhooks[level] === undefined) return { state: 'skipped', reason: `no webhook for ${level}` };
  return { state: 'pending', reason: null };
}
