import type { AgentHttpClient } from '@octant/platform/http/agent-http-client';
import type { OrderSide } from '@octant/trading/messages/envelope';

export interface RiskQuestion {
  readonly requestId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly price: string;
  readonly confidence: number;
  readonly sessionId: string;
  readonly haltVersion: number;
  readonly traceId: string;
}

export interface RiskVerdict {
  readonly ok: boolean;
  readonly code?: string;
  readonly reason?: string;
  readonly riskScore: number;
}

/** Asks the risk-manager about an order that came without an approval; idempotent by `requestId`. */
export interface RiskPort {
  evaluate(question: RiskQuestion): Promise<RiskVerdict>;
}

export function httpRisk(http: AgentHttpClient): RiskPort {
  return {
    async evaluate(question) {
      const { requestId, traceId } = question;
      const reply = await http.call<RiskVerdict>({
        agent: 'risk-manager',
        method: 'POST',
        path: '/risk/evaluate',
        body: question,
        traceId,
        requestId,
        idempotencyKey: requestId,
      });
      return reply.body;
    },
  };
}
