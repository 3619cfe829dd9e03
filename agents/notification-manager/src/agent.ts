import { defineAgent } from '@octant/platform/agent/definition';
import { writeOutbox } from '@octant/platform/bus/outbox';
import { subscription } from '@octant/platform/bus/subscription';
import { notifyEvent } from '@octant/trading/messages/notify-event';
import { deliveryQueue } from './adapters/deliveries-table.js';
import { noticesTable } from './adapters/notices-table.js';
import { slackSender } from './adapters/slack-sender.js';
import { config } from './config.js';
import { onNotifyEvent } from './handlers/on-notify-event.js';
import { declareSlackCallbackMetrics, notificationCounter } from './metrics.js';
import { acknowledgeNotices, enqueueNotice, listRecentNotices } from './routes/notices.js';
import { schedulesOf } from './schedules.js';
import { planDelivery } from './slack/plan-delivery.js';
import { SlackDelivery } from './slack/slack-delivery.js';
import { slackWebhooksOf } from './slack/webhooks.js';

export const agent = defineAgent({
  name: 'notification-manager',
  config,
  wire(context) {
    const { bus, clock, database, logger } = context;
    const current = () => context.config.current();
    const count = notificationCounter(context.metrics);
    declareSlackCallbackMetrics(context.metrics);
    const webhooks = slackWebhooksOf(context.env);
    const notices = noticesTable(database, context.name);
    const queue = deliveryQueue(database);
    const delivery = new SlackDelivery({
      queue,
      sender: slackSender,
      webhooks,
      settings: () => ({ timeoutMs: current().slack.timeout_ms, channels: current().slack.channels }),
      clock,
      random: Math.random,
      logger,
      onOutcome: (outcome) => {
        count('slack', outcome);
      },
    });
    return {
      consumes: [
        subscription({
          stream: 'notify.events',
          group: 'notify',
          schema: notifyEvent,
          handle: (message) =>
            onNotifyEvent(message, {
              notices,
              plan: (severity) => planDelivery(severity, webhooks, current().slack),
              clock,
              onStored: ({ state }) => {
                count('store', 'stored');
                if (state === 'pending') delivery.wake();
                else count('slack', 'skipped');
              },
            }),
        }),
      ],
      operations: {
        enqueueNotice: enqueueNotice({
          bus,
          clock,
          keep: (message) => writeOutbox(database, { agent: context.name, messages: [message] }),
        }),
        listRecentNotices: listRecentNotices({ notices, mostAtOnce: () => current().recent_limit }),
        acknowledgeNotices: acknowledgeNotices({ notices, clock }),
      },
      schedules: schedulesOf({ context, notices, queue, delivery, count }),
      stop: () => delivery.stop(),
    };
  },
});
