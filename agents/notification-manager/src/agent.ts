import { defineAgent } from '@octant/platform/agent/definition';
import { subscription } from '@octant/platform/bus/subscription';
import { notifyEvent } from '@octant/trading/messages/notify-event';
import { streams } from '@octant/trading/messages/streams';
import { deliveryQueue } from './adapters/deliveries-table.js';
import { noticesTable } from './adapters/notices-table.js';
import { slackSender } from './adapters/slack-sender.js';
import { config } from './config.js';
import { watchDeadLetters } from './dead-letter-watch.js';
import { onNotifyEvent } from './handlers/on-notify-event.js';
import { notificationCounter } from './metrics.js';
import { acknowledgeNotices, enqueueNotice, listRecentNotices } from './routes/notices.js';
import { planDelivery } from './slack/plan-delivery.js';
import { SlackDelivery } from './slack/slack-delivery.js';
import { slackWebhooksOf } from './slack/webhooks.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const agent = defineAgent({
  name: 'notification-manager',
  config,
  wire(context) {
    const { bus, clock, database, logger } = context;
    const current = () => context.config.current();
    const count = notificationCounter(context.metrics);
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
    const giveUp = async () => {
      const hours = current().slack.give_up_after_hours;
      const given = await queue.giveUp(clock.now() - hours * HOUR_MS, `not sent for ${String(hours)} h, given up`);
      for (let lost = 0; lost < given; lost += 1) count('slack', 'failed');
      if (given > 0) logger.error({ notices: given }, 'notices could not be sent to Slack and were given up');
    };
    const retire = async () => {
      await notices.deleteOld(clock.now() - current().retention_days * DAY_MS);
    };
    const watch = () =>
      watchDeadLetters({
        streams: Object.keys(streams),
        admin: context.streams,
        state: context.state,
        bus,
        clock,
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
        enqueueNotice: enqueueNotice({ bus, clock }),
        listRecentNotices: listRecentNotices({ notices, mostAtOnce: () => current().recent_limit }),
        acknowledgeNotices: acknowledgeNotices({ notices, clock }),
      },
      schedules: [
        {
          name: 'slack-delivery',
          everyMs: 500,
          // Not waited for: an attempt that hangs must not hold up the drain.
          run: () => {
            delivery.wake();
            return Promise.resolve();
          },
        },
        { name: 'slack-give-up', everyMs: 60_000, run: giveUp },
        { name: 'dead-letter-watch', everyMs: 2000, run: watch },
        { name: 'retention', everyMs: HOUR_MS, run: retire },
      ],
      stop: () => delivery.stop(),
    };
  },
});
