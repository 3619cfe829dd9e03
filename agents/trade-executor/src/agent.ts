import {
  defineAgent,
  type AgentContext,
  type AgentDefinition,
  type AgentWiring,
} from '@octant/platform/agent/definition';
import { PermanentError } from '@octant/platform/errors/errors';
import { executorSettings, type ExecutorSettings } from './config.js';
import type { LiveFailpoint } from './live/crash-points.js';
import type { Venue } from '@octant/venue/venue';
import { wireLive } from './wire-live.js';
import { wirePaper } from './wire-paper.js';

/** Opens the account at the exchange that the configuration names; connects to nothing yet. */
export type OpenVenue = (context: AgentContext<ExecutorSettings>) => Promise<Venue> | Venue;

const NAME = 'trade-executor';

/**
 * Orders, fills and the account; the only agent that talks to an exchange's order endpoints, which `openVenue` opens. Tests
 * interrupt the live machine at `failpoint`.
 */
export function tradeExecutorAt(openVenue: OpenVenue, failpoint?: LiveFailpoint): AgentDefinition<ExecutorSettings> {
  return defineAgent<ExecutorSettings>({
    name: NAME,
    config: executorSettings,
    wire: async (context): Promise<AgentWiring> => {
      const { exchange } = context.config.current();
      if (exchange === 'paper') return wirePaper(context);
      const venue = await openVenue(context);
      if (venue.id === exchange) return wireLive(context, venue, failpoint);
      throw new PermanentError(`expected a venue for exchange ${exchange}, was one for ${venue.id}`, {
        code: 'no_venue',
      });
    },
  });
}

/** The executor of a build that has no exchange in it: the paper account alone. */
export const tradeExecutor = tradeExecutorAt((context) => {
  const { exchange } = context.config.current();
  throw new PermanentError(`expected exchange: paper, was ${exchange}: this build has no adapter for it`, {
    code: 'no_venue',
  });
});
