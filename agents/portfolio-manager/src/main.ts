import { runAgent } from '@octant/platform/agent/run-agent';
import { portfolioManager } from './agent.js';

await runAgent(portfolioManager);
