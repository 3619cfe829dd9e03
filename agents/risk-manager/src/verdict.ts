import type { RiskRequest } from '@octant/trading/messages/risk';
import { decideRisk } from '@octant/trading/risk/decide-risk';
import type { RefusalCode } from '@octant/trading/risk/refusals';
import type { RiskPolicy } from '@octant/trading/risk/risk-policy';
import type { HaltState } from './halt-state.js';

/** What is asked about; `atMs` is domain time. */
export type RiskQuestion = Pick<
  RiskRequest,
  'requestId' | 'symbol' | 'side' | 'confidence' | 'qty' | 'price' | 'atMs' | 'exposure' | 'sessionId'
>;

/** `no_portfolio`: the exposure had to be asked for, and nobody answered. */
export type VerdictCode = RefusalCode | 'no_portfolio';

/** The answer to one question; `haltVersion` is the halt or unhalt that was known. */
export type Verdict = { readonly riskScore: number; readonly haltVersion: number } & (
  { readonly ok: true } | { readonly ok: false; readonly code: VerdictCode; readonly reason: string }
);

/** Asks the rules. */
export function decideVerdict(question: RiskQuestion, halt: HaltState, policy: RiskPolicy): Verdict {
  const decision = decideRisk({ ...question, halted: halt.halted }, policy);
  const { riskScore } = decision;
  const { haltVersion } = halt;
  return decision.ok
    ? { ok: true, riskScore, haltVersion }
    : { ok: false, code: decision.code, reason: decision.reason, riskScore, haltVersion };
}
