import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { Clock } from '@octant/platform/time/clock';
import type { RiskRequest, RiskResponse } from '@octant/trading/messages/risk';
import type { RiskPolicy } from '@octant/trading/risk/risk-policy';
import type { KeepEffects } from '../adapters/effect-outbox.js';
import type { HaltView } from '../halt-view.js';
import { decideVerdict, type Verdict } from '../verdict.js';
import { effectsOf } from '../verdict-effects.js';
import type { VerdictMemory } from '../verdict-memory.js';

export interface RiskRequestParts {
  readonly halts: HaltView;
  readonly policy: () => RiskPolicy;
  readonly memory: VerdictMemory;
  readonly clock: Clock;
  /** Writes audit and notice of a verdict down before anybody hears of it. */
  readonly keep: KeepEffects;
  readonly onVerdict: (verdict: Verdict) => void;
}

/** Answers a request; parks (`behind`) while the halt that the request knows of has not come here. */
export async function onRiskRequest(message: Incoming<RiskRequest>, parts: RiskRequestParts): Promise<HandlerResult> {
  const question = message.payload;
  const halt = await parts.halts.knowing(question.haltVersion);
  const remembered = parts.memory.find(question, halt.haltVersion);
  const verdict =
    remembered === undefined || remembered === 'other' ? decideVerdict(question, halt, parts.policy()) : remembered;
  const ts = new Date(parts.clock.now()).toISOString();
  const response: RiskResponse = {
    requestId: question.requestId,
    ok: verdict.ok,
    ...(verdict.ok ? {} : { code: verdict.code, reason: verdict.reason }),
    riskScore: verdict.riskScore,
    ...(question.sessionId === undefined ? {} : { sessionId: question.sessionId }),
    ts,
    traceId: message.traceId,
  };
  const effects = effectsOf({ question, verdict, traceId: message.traceId, ts });
  if (verdict !== remembered) await parts.keep(effects, message.traceId);
  return {
    messages: [{ stream: 'risk.responses', type: 'risk_response', payload: response }, ...effects],
    onCommitted: () => {
      parts.memory.put(question, verdict);
      parts.onVerdict(verdict);
    },
  };
}
