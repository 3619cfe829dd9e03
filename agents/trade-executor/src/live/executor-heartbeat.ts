import type { AgentContext, Schedule } from '@octant/platform/agent/definition';
import { HEARTBEAT_EVERY_MS, openHeartbeatWriter } from '@octant/venue/heartbeat';

/**
 * What the guardian watches: it acts when an executor that trades live falls silent. An end that was asked for is told, and
 * is no alarm.
 */
export function executorHeartbeat(
  { env, logger }: Pick<AgentContext<unknown>, 'env' | 'logger'>,
  { venue, isLive }: { readonly venue: string; readonly isLive: () => boolean },
): { readonly schedule: Schedule; readonly end: () => Promise<void> } {
  const writer = openHeartbeatWriter({
    redisUrl: env['REDIS_URL'] ?? '',
    prefix: env['OCTANT_REDIS_PREFIX'] ?? 'octant:',
    logger,
    venue,
  });
  const beat = (live: boolean) =>
    writer.beat(live).catch((error: unknown) => {
      logger.warn({ err: error }, 'the heartbeat could not be written');
    });
  return {
    schedule: { name: 'heartbeat', everyMs: HEARTBEAT_EVERY_MS, run: () => beat(isLive()) },
    end: async () => {
      await beat(false);
      writer.close();
    },
  };
}
