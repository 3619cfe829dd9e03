import type { AgentHttpClient } from '@octant/platform/http/agent-http-client';
import type { AnalyzeCommand } from '@octant/trading/messages/orchestrator-commands';
import type { ExecOrder } from '@octant/trading/messages/execution';
import type { OrderSide } from '@octant/trading/messages/envelope';
import type { RiskRequest } from '@octant/trading/messages/risk';

export interface SizeQuestion {
  readonly requestId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly confidence: number;
  readonly price: string;
  /** Number of the last fill that the portfolio must know. */
  readonly asOf: number;
  readonly strategy: string;
  readonly openOrders: readonly { symbol: string; side: OrderSide; qty: string; price: string }[];
  /** Last closes by symbol, for the equity. */
  readonly marks: Readonly<Record<string, string>>;
}

export interface AnalysisAnswer {
  readonly signal: OrderSide | 'none';
  readonly confidence?: number;
}

export interface RiskAnswer {
  readonly ok: boolean;
  readonly code?: string;
  readonly reason?: string;
  readonly riskScore: number;
}

export interface SubmitAnswer {
  readonly status: 'filled' | 'rejected' | 'failed' | 'pending';
  readonly reason?: string;
}

/** What the orchestrator asks other agents over HTTP. Every call is idempotent by its ids. */
export interface AgentsPort {
  size(question: SizeQuestion, traceId: string): Promise<{ qty: string; reason: string }>;
  analyze(command: AnalyzeCommand): Promise<AnalysisAnswer>;
  evaluateRisk(request: RiskRequest): Promise<RiskAnswer>;
  submit(order: ExecOrder): Promise<SubmitAnswer>;
}

export function httpAgents(http: AgentHttpClient): AgentsPort {
  const post = async <Body>(agent: string, path: string, body: { readonly requestId: string }, traceId: string) => {
    const reply = await http.call<Body>({ agent, method: 'POST', path, body, traceId, requestId: body.requestId });
    return reply.body;
  };
  return {
    size: (question, traceId) => post('portfolio-manager', '/portfolio/size', question, traceId),
    analyze: (command) => post('market-analyst', '/analysis/analyze', command, command.traceId),
    evaluateRisk: (request) => post('risk-manager', '/risk/evaluate', request, request.traceId),
    submit: (order) => post('trade-executor', '/trade/submit', order, order.traceId),
  };
}
