import type { AgentHttpClient } from '@octant/platform/http/agent-http-client';
import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import type { AnalyzeCommand } from '@octant/trading/messages/orchestrator-commands';
import type { ExecOrder } from '@octant/trading/messages/execution';
import type { OrderSide } from '@octant/trading/messages/envelope';
import type { RiskRequest } from '@octant/trading/messages/risk';

export interface SizeQuestion {
  readonly requestId: string;
  readonly traceId: string;
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
  readonly exits?: ExitTerms;
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
  size(question: SizeQuestion): Promise<{ qty: string; reason: string }>;
  analyze(command: AnalyzeCommand): Promise<AnalysisAnswer>;
  evaluateRisk(request: RiskRequest): Promise<RiskAnswer>;
  submit(order: ExecOrder): Promise<SubmitAnswer>;
}

export function httpAgents(http: AgentHttpClient): AgentsPort {
  const post = async <Body>(to: { agent: string; path: string }, body: Traced): Promise<Body> => {
    const { traceId, requestId } = body;
    return (await http.call<Body>({ ...to, method: 'POST', body, traceId, requestId })).body;
  };
  return {
    size: (question) => post({ agent: 'portfolio-manager', path: '/portfolio/size' }, question),
    analyze: (command) => post({ agent: 'market-analyst', path: '/analysis/analyze' }, command),
    evaluateRisk: (request) => post({ agent: 'risk-manager', path: '/risk/evaluate' }, request),
    submit: (order) => post({ agent: 'trade-executor', path: '/trade/submit' }, order),
  };
}

interface Traced {
  readonly requestId: string;
  readonly traceId: string;
}
