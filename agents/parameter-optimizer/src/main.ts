import { runAgent } from '@octant/platform/agent/run-agent';
import { agent } from './agent.js';
await runAgent(agent);
