import { defineAgent, type AgentContext } from '@octant/platform/agent/definition';
import { subscription } from '@octant/platform/bus/subscription';
import type { OptRequest } from '@octant/trading/messages/optimizer';
import { streams } from '@octant/trading/messages/streams';
import { candleClient } from './adapters/candle-client.js';
import { runStore } from './adapters/run-store.js';
import { searchWorker, type Search } from './adapters/search-worker.js';
import { config, type Settings } from './config.js';
import { onOptRequest } from './handlers/on-opt-request.js';
import { announcementOf } from './jobs/announce.js';
import { planJob, type JobRequest } from './jobs/plan-job.js';
import { Runner } from './jobs/runner.js';
import { optimizerMetrics } from './metrics.js';
import { jobOperations } from './routes/jobs.js';
import { parameterOperations } from './routes/parameters.js';

const LOOK_FOR_WORK_EVERY_MS = 2000;

export const agent = optimizerAgent(searchWorker(new URL('./adapters/search-thread.js', import.meta.url)));

export function optimizerAgent(search: Search) {
  return defineAgent({ name: 'parameter-optimizer', config, wire: (context) => wire(context, search) });
}

function wire(context: AgentContext<Settings>, search: Search) {
  const { bus, database, clock, logger, name } = context;
  const settings = () => context.config.current();
  const metrics = optimizerMetrics(context.metrics);
  const runs = runStore(database, name);
  const plan = (request: JobRequest) => planJob(request, settings());
  /** Tells of ended jobs; what cannot be published now is in the outbox. */
  const announce = async () => {
    for (const job of await runs.listUnannounced()) {
      const ts = new Date(clock.now()).toISOString();
      const messages = announcementOf(job, ts);
      await runs.announce(job.jobId, messages);
      for (const message of messages) await bus.publish(message);
    }
  };
  const candles = candleClient(context.http);
  const runner = new Runner({ runs, candles, search, announce, settings, metrics, clock, logger });
  const wake = () => {
    runner.wake();
  };
  const requests = subscription<OptRequest>({
    stream: 'opt.requests',
    group: 'optimizer',
    schema: streams['opt.requests'].schema,
    handle: onOptRequest({ runs, plan, wake }),
  });
  return {
    consumes: [requests],
    operations: { ...jobOperations({ runs, database, plan, wake }), ...parameterOperations({ runs, settings }) },
    schedules: [
      {
        name: 'look-for-work',
        everyMs: LOOK_FOR_WORK_EVERY_MS,
        run: async () => {
          await announce();
          wake();
        },
      },
    ],
    start: () => runner.start(),
    stop: () => runner.stop(),
  };
}
