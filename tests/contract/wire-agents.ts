import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import type { AgentContext, AgentDefinition } from '@octant/platform/agent/definition';
import type { Subscription } from '@octant/platform/bus/subscription';
import { loadConfig } from '@octant/platform/config/load-config';
import { NodeAgentClient } from '@octant/platform/http/node-agent-client';
import { createLogger } from '@octant/platform/observe/create-logger';
import { FakeBus } from '@octant/platform/testing/fake-bus';
import { FakeDatabase } from '@octant/platform/testing/fake-database';
import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { agent as marketAnalyst } from '../../agents/market-analyst/src/agent.js';
import { agent as mcpHubController } from '../../agents/mcp-hub-controller/src/agent.js';
import { agent as notificationManager } from '../../agents/notification-manager/src/agent.js';
import { orchestrator } from '../../agents/orchestrator/src/agent.js';
import { agent as parameterOptimizer } from '../../agents/parameter-optimizer/src/agent.js';
import { portfolioManager } from '../../agents/portfolio-manager/src/agent.js';
import { agent as riskManager } from '../../agents/risk-manager/src/agent.js';
import { tradeExecutor } from '../../agents/trade-executor/src/agent.js';

/** A subscription as an agent declares it. */
export interface Declared {
  readonly agent: string;
  readonly subscription: Subscription;
}

/** What the eight agents subscribe to with the repository's configuration; nothing is started. */
export async function declaredSubscriptions(): Promise<readonly Declared[]> {
  const wired = await Promise.all([
    wire(marketAnalyst),
    wire(mcpHubController),
    wire(notificationManager),
    wire(orchestrator),
    wire(parameterOptimizer),
    wire(portfolioManager),
    wire(riskManager),
    wire(tradeExecutor),
  ]);
  return wired.flat();
}

async function wire<Config>(definition: AgentDefinition<Config>): Promise<readonly Declared[]> {
  const wiring = await definition.wire(contextOf(definition));
  return wiring.consumes.map((subscription) => ({ agent: definition.name, subscription }));
}

function contextOf<Config>({ name, config }: AgentDefinition<Config>): AgentContext<Config> {
  const logger = createLogger({ service: name, level: 'silent', secrets: [] });
  const dir = fileURLToPath(new URL('../../config', import.meta.url));
  const bus = new FakeBus();
  return {
    name,
    config: loadConfig(config, { dir, log: logger }),
    env: { CONFIG_DIR: dir },
    logger,
    clock: new VirtualClock(),
    bus,
    state: bus.state,
    streams: bus.admin,
    database: new FakeDatabase(),
    http: new NodeAgentClient({ caller: name, env: {}, serviceToken: undefined }),
    metrics: new Registry(),
    stopping: new AbortController().signal,
    inLane: (group, key, work) => bus.inLane(group, key, work),
  };
}
