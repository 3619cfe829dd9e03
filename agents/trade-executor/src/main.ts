import { runAgent } from '@octant/platform/agent/run-agent';
import { tradeExecutor } from './agent.js';

await runAgent(tradeExecutor);
