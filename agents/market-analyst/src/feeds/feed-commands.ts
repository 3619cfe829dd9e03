import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';

export type AdvanceCommand = Extract<OrchestratorCommand, { type: 'advance' }>;
export type UnwatchCommand = Extract<OrchestratorCommand, { type: 'unwatch' }>;
