import { defineAgent } from '@octant/platform/agent/definition';
import { subscription } from '@octant/platform/bus/subscription';
import { orchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { riskRequest } from '@octant/trading/messages/risk';
import { deskExposure } from './adapters/desk-exposure.js';
import { keepInOutbox } from './adapters/effect-outbox.js';
import { postgresHaltStore } from './adapters/halt-store.js';
import { config } from './config.js';
import { HaltView } from './halt-view.js';
import { isHaltOrUnhalt, onOrchestratorCommand } from './handlers/on-orchestrator-command.js';
import { onRiskRequest } from './handlers/on-risk-request.js';
import { riskMetrics } from './metrics.js';
import { evaluateRisk, getRiskLimits } from './routes/risk.js';
import { VerdictMemory } from './verdict-memory.js';

export const agent = defineAgent({
  name: 'risk-manager',
  config,
  wire(context) {
    const { bus, clock, database, name } = context;
    const metrics = riskMetrics(context.metrics);
    const halts = new HaltView(postgresHaltStore(database), metrics.onHalt);
    const memory = new VerdictMemory();
    const { onVerdict } = metrics;
    const keep = keepInOutbox(database, name);
    const current = () => context.config.current();
    const policy = () => current().policy;
    const exposures = deskExposure(context.http);
    return {
      consumes: [
        subscription({
          stream: 'risk.requests',
          group: 'risk',
          schema: riskRequest,
          // In no lane: each is decided alone, and one that waits for a halt must hold up neither the others nor the halt.
          handle: (message) => onRiskRequest(message, { halts, policy, memory, clock, keep, onVerdict }),
        }),
        subscription({
          stream: 'orchestrator.commands',
          group: 'risk',
          schema: orchestratorCommand,
          accepts: isHaltOrUnhalt,
          handle: (message) => onOrchestratorCommand(message, halts),
          orderedBy: () => 'halts',
        }),
      ],
      operations: {
        evaluateRisk: evaluateRisk({ config: current, halts, memory, exposures, bus, clock, keep, onVerdict }),
        getRiskLimits: getRiskLimits({ config: current, halts }),
      },
      start: () => halts.refresh(),
    };
  },
});
