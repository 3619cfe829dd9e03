import type { Logger } from 'pino';
import { runInContext } from '../observe/request-context.js';
import { newTraceId } from '../observe/trace-context.js';
import type { Clock } from '../time/clock.js';
import type { Schedule } from './definition.js';

/**
 * Runs each schedule every `everyMs` from its last end on, until `stopping` aborts; turns never overlap, and an error is logged
 * and does not end it. Resolves when the last running turn is over.
 */
export async function runSchedules(
  schedules: readonly Schedule[],
  { clock, logger, stopping }: { clock: Clock; logger: Logger; stopping: AbortSignal },
): Promise<void> {
  await Promise.all(
    schedules.map(async (schedule) => {
      for (;;) {
        await clock.sleep(schedule.everyMs, stopping);
        if (stopping.aborted) return;
        await runInContext({ traceId: newTraceId() }, () => runTurn(schedule, logger));
      }
    }),
  );
}

async function runTurn(schedule: Schedule, logger: Logger): Promise<void> {
  try {
    await schedule.run();
  } catch (error) {
    logger.error({ err: error, schedule: schedule.name }, `schedule ${schedule.name} failed, its next turn comes`);
  }
}
