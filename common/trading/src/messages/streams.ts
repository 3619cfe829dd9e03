import { analysisProgress, analysisSignal } from './analysis.js';
import { auditEvent } from './audit-event.js';
import { execOrder, execProgress, execStatus } from './execution.js';
import { marketCandles } from './market-candles.js';
import { notifyEvent } from './notify-event.js';
import { optRequest, optResult } from './optimizer.js';
import { orchestratorCommand } from './orchestrator-commands.js';
import { riskRequest, riskResponse } from './risk.js';

/** The map of the data path: every stream, the schema of its payload, who publishes it and which groups read it. */
export const streams = {
  'market.candles': {
    schema: marketCandles,
    producers: ['market-analyst'],
    groups: { orchestrator: 'orchestrator', exec: 'trade-executor', portfolio: 'portfolio-manager' },
  },
  'orchestrator.commands': {
    schema: orchestratorCommand,
    producers: ['orchestrator'],
    groups: { analyst: 'market-analyst', risk: 'risk-manager', exec: 'trade-executor' },
  },
  'analysis.signals': {
    schema: analysisSignal,
    producers: ['market-analyst'],
    groups: { orchestrator: 'orchestrator' },
  },
  'analysis.progress': {
    schema: analysisProgress,
    producers: ['market-analyst'],
    groups: { orchestrator: 'orchestrator' },
  },
  'risk.requests': { schema: riskRequest, producers: ['orchestrator'], groups: { risk: 'risk-manager' } },
  'risk.responses': { schema: riskResponse, producers: ['risk-manager'], groups: { orchestrator: 'orchestrator' } },
  'exec.orders': { schema: execOrder, producers: ['orchestrator'], groups: { exec: 'trade-executor' } },
  'exec.status': {
    schema: execStatus,
    producers: ['trade-executor'],
    groups: { orchestrator: 'orchestrator', portfolio: 'portfolio-manager' },
  },
  'exec.progress': {
    schema: execProgress,
    producers: ['trade-executor'],
    groups: { orchestrator: 'orchestrator' },
  },
  'notify.events': { schema: notifyEvent, producers: ['*'], groups: { notify: 'notification-manager' } },
  'opt.requests': {
    schema: optRequest,
    producers: ['orchestrator', 'parameter-optimizer'],
    groups: { optimizer: 'parameter-optimizer' },
  },
  'opt.results': {
    schema: optResult,
    producers: ['parameter-optimizer'],
    groups: { orchestrator: 'orchestrator' },
  },
  'audit.events': { schema: auditEvent, producers: ['*'], groups: { audit: 'orchestrator' } },
} as const;

export type StreamName = keyof typeof streams;
