import type { AgentContext, Schedule } from '@octant/platform/agent/definition';
import { writeOutbox } from '@octant/platform/bus/outbox';
import type { NotificationManagerConfig } from '@octant/trading/config/agent-configs';
import { streams } from '@octant/trading/messages/streams';
import type { DeliveryQueue } from './adapters/deliveries-table.js';
import type { NoticesTable } from './adapters/notices-table.js';
import { watchDeadLetters, type DeadLetterWatchParts } from './dead-letter-watch.js';
import type { NotificationCounter } from './metrics.js';
import type { SlackDelivery } from './slack/slack-delivery.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface ScheduleParts {
  readonly context: AgentContext<NotificationManagerConfig>;
  readonly notices: NoticesTable;
  readonly queue: DeliveryQueue;
  readonly delivery: SlackDelivery;
  readonly count: NotificationCounter;
}

/** What this agent does by the clock. */
export function schedulesOf({ context, notices, queue, delivery, count }: ScheduleParts): readonly Schedule[] {
  const { bus, clock, database, logger, name, state } = context;
  const current = () => context.config.current();
  const keep: DeadLetterWatchParts['keep'] = (messages) => writeOutbox(database, { agent: name, messages });
  return [
    {
      name: 'slack-delivery',
      everyMs: 500,
      // Not waited for: an attempt that hangs must not hold up the drain.
      run: () => {
        delivery.wake();
        return Promise.resolve();
      },
    },
    {
      name: 'slack-give-up',
      everyMs: 60_000,
      run: async () => {
        const hours = current().slack.give_up_after_hours;
        const given = await queue.giveUp(clock.now() - hours * HOUR_MS, `not sent for ${String(hours)} h, given up`);
        for (let lost = 0; lost < given; lost += 1) count('slack', 'failed');
        if (given > 0) logger.error({ notices: given }, 'notices could not be sent to Slack and were given up');
      },
    },
    {
      name: 'dead-letter-watch',
      everyMs: 2000,
      run: () => watchDeadLetters({ streams: Object.keys(streams), admin: context.streams, state, bus, clock, keep }),
    },
    {
      name: 'retention',
      everyMs: HOUR_MS,
      run: async () => {
        await notices.deleteOld(clock.now() - current().retention_days * DAY_MS);
      },
    },
  ];
}
