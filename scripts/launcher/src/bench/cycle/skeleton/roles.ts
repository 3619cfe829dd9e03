import type { AgentName } from '../../../fleet/agents.js';
import type { Handle, Outcome } from './bare-bus.js';
import { hasFill, type BareMessage, type SkeletonStream } from './message.js';

/** What a role may do beside its streams. */
export interface RoleParts {
  /** One durable insert into PostgreSQL. */
  readonly insert: () => Promise<void>;
  /** The question about the size, over HTTP, answered when the fill of this step is booked; 0: no fill is needed. */
  readonly ask: (neededStep: number) => Promise<void>;
  /** Fills up to this step are booked: the question is answered from then on. */
  readonly booked: (step: number) => void;
}

export interface Role {
  readonly group: string;
  readonly streams: readonly SkeletonStream[];
  readonly handle: (parts: RoleParts) => Handle;
}

const nothing: Outcome = {};

/** Who reads what and answers with what: the path of the real desk, without the reasons. */
export const ROLES: Readonly<Record<AgentName, Role | undefined>> = {
  'market-analyst': {
    group: 'analyst',
    streams: ['orchestrator.commands'],
    handle: () => (_stream, message) => {
      if (message.kind === 'analyze') {
        return { outputs: [output('analysis.signals', message), output('analysis.progress', message)] };
      }
      if (message.step >= message.lastStep) return nothing;
      return { outputs: [output('market.candles', { ...message, step: message.step + 1 })] };
    },
  },
  orchestrator: {
    group: 'orchestrator',
    streams: [
      'market.candles',
      'analysis.signals',
      'analysis.progress',
      'risk.responses',
      'exec.status',
      'exec.progress',
    ],
    handle: orchestrate,
  },
  'trade-executor': {
    group: 'exec',
    streams: ['market.candles', 'orchestrator.commands', 'exec.orders'],
    handle:
      ({ insert }) =>
      async (stream, message) => {
        if (stream === 'orchestrator.commands') return nothing;
        if (stream === 'exec.orders') {
          await insert();
          return { outputs: [output('exec.status', message, 'pending')] };
        }
        if (!hasFill(message)) return { outputs: [output('exec.progress', message)] };
        await insert();
        return { outputs: [output('exec.status', message, 'fill'), output('exec.progress', message)] };
      },
  },
  'portfolio-manager': {
    group: 'portfolio',
    streams: ['market.candles', 'exec.status'],
    handle:
      ({ insert, booked }) =>
      async (stream, message) => {
        if (stream === 'market.candles') return { state: true };
        if (message.kind !== 'fill') return nothing;
        await insert();
        booked(message.step);
        return nothing;
      },
  },
  'risk-manager': {
    group: 'risk',
    streams: ['orchestrator.commands', 'risk.requests'],
    handle: () => (stream, message) =>
      stream === 'risk.requests' ? { outputs: [output('risk.responses', message)] } : nothing,
  },
  'notification-manager': undefined,
  'parameter-optimizer': undefined,
  'mcp-hub-controller': undefined,
};

/** Joins analysis, progress and fill of a step, asks for size and risk, sends the order, and ends the step. */
function orchestrate({ ask }: RoleParts): Handle {
  let step = 0;
  const seen = new Set<string>();
  return async (stream, message) => {
    if (stream === 'market.candles')
      return { outputs: [output('orchestrator.commands', message, 'analyze')], state: true };
    if (stream === 'analysis.progress') return nothing;
    if (stream === 'risk.responses') return { outputs: [output('exec.orders', message)], state: true };
    if (message.kind === 'pending')
      return { outputs: [output('orchestrator.commands', message, 'advance')], state: true };
    if (message.step !== step) seen.clear();
    step = message.step;
    seen.add(stream);
    if (seen.size < (hasFill(message) ? 3 : 2)) return { state: true };
    await ask(hasFill(message) ? step : 0);
    return { outputs: [output('risk.requests', message)], state: true };
  };
}

function output(
  stream: SkeletonStream,
  message: BareMessage,
  kind: BareMessage['kind'] = 'plain',
): readonly [SkeletonStream, BareMessage] {
  const { step, lastStep, fillRatio } = message;
  return [stream, { step, lastStep, fillRatio, kind }];
}
