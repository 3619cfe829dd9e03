import { REFUSAL_CODES } from '@octant/trading/risk/refusals';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { HaltState } from './halt-state.js';
import type { Verdict } from './verdict.js';

export interface RiskMetrics {
  readonly onVerdict: (verdict: Verdict) => void;
  readonly onHalt: (state: HaltState) => void;
}

/** `risk_decisions_total` and `trading_halted`. */
export function riskMetrics(registry: Registry): RiskMetrics {
  const decisions = new Counter({
    name: 'risk_decisions_total',
    help: 'Decisions by outcome; reason is the refusal code, or none.',
    labelNames: ['decision', 'reason'],
    registers: [registry],
  });
  decisions.inc({ decision: 'approved', reason: 'none' }, 0);
  for (const reason of REFUSAL_CODES) decisions.inc({ decision: 'refused', reason }, 0);
  const halted = new Gauge({
    name: 'trading_halted',
    help: '1 while risk lets only reducing orders pass, with the reason of the halt.',
    labelNames: ['reason'],
    registers: [registry],
  });
  return {
    onVerdict(verdict) {
      if (verdict.ok) decisions.inc({ decision: 'approved', reason: 'none' });
      else decisions.inc({ decision: 'refused', reason: verdict.code });
    },
    onHalt(state) {
      halted.reset();
      if (state.halted) halted.set({ reason: haltLabel(state.reason) }, 1);
      else halted.set({ reason: 'none' }, 0);
    },
  };
}

/** The desk's own reasons keep their name; what an admin typed becomes `admin`, so that the label stays a small set. */
function haltLabel(reason: string | null): string {
  return reason === 'daily_target' || reason === 'daily_loss' ? reason : 'admin';
}
