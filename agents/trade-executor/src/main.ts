import { runAgent } from '@octant/platform/agent/run-agent';
import { tradeExecutorAt } from './agent.js';
import { openConfiguredVenue } from './adapters/open-configured-venue.js';

await runAgent(tradeExecutorAt(openConfiguredVenue));
