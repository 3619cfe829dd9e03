import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { OptRequest } from '@octant/trading/messages/optimizer';
import type { RunStore } from '../adapters/run-store.js';
import type { JobPlan } from '../jobs/job.js';
import type { JobRequest } from '../jobs/plan-job.js';

export interface OptRequestPorts {
  readonly runs: Pick<RunStore, 'enqueue'>;
  /** @throws PermanentError for a request that no search can answer. */
  readonly plan: (request: JobRequest) => JobPlan;
  readonly wake: () => void;
}

/** A loss trigger asks for better parameters: the job is queued. */
export function onOptRequest(ports: OptRequestPorts): (message: Incoming<OptRequest>) => HandlerResult {
  return ({ payload, traceId }) => {
    const { requestId, reason, window, symbols, strategy, source, timeframe } = payload;
    const plan = ports.plan({ requestId, reason, window, symbols, strategy, source, timeframe, traceId });
    return {
      transaction: async (sql) => {
        await ports.runs.enqueue(sql, plan);
        return [];
      },
      onCommitted: ports.wake,
    };
  };
}
