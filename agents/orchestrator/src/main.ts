import { runAgent } from '@octant/platform/agent/run-agent';
import { orchestrator } from './agent.js';

await runAgent(orchestrator);
