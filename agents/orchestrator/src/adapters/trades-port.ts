import type { AgentHttpClient } from '@octant/platform/http/agent-http-client';
import type { OrderSide } from '@octant/trading/messages/envelope';

/** A fill as the executor's ledger has it. */
export interface ExecutedFill {
  readonly orderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly price: string;
  readonly feeQuote: string;
  readonly profit: string;
  readonly atMs: number;
  readonly fillSeq: number;
  readonly fillNumber: number;
  readonly sessionId: string;
}

/** The executor's fills, asked for over HTTP: it owns them. */
export interface TradesPort {
  /** All fills of a session in the account's order, and how many effects happened twice (0 unless something broke). */
  ofSession(sessionId: string, traceId: string): Promise<{ fills: readonly ExecutedFill[]; duplicates: number }>;
  /** The fills after number `afterSeq` of the account, oldest first. */
  since(afterSeq: number, traceId: string): Promise<readonly ExecutedFill[]>;
}

interface FillsPage {
  readonly fills: readonly ExecutedFill[];
  readonly duplicates: number;
}

const PAGE = 1000;

export function httpTrades(http: AgentHttpClient): TradesPort {
  const page = async (query: string, traceId: string): Promise<FillsPage> => {
    const path = `/trade/fills?limit=${String(PAGE)}&${query}`;
    const reply = await http.call<FillsPage>({ agent: 'trade-executor', method: 'GET', path, traceId });
    return reply.body;
  };
  const all = async (filter: string, afterSeq: number, traceId: string): Promise<FillsPage> => {
    const fills: ExecutedFill[] = [];
    let after = afterSeq;
    for (;;) {
      const next = await page(`${filter}after=${String(after)}`, traceId);
      fills.push(...next.fills);
      const last = next.fills.at(-1);
      if (last === undefined || next.fills.length < PAGE) return { fills, duplicates: next.duplicates };
      after = last.fillSeq;
    }
  };
  return {
    ofSession: (sessionId, traceId) => all(`sessionId=${encodeURIComponent(sessionId)}&`, 0, traceId),
    since: async (afterSeq, traceId) => (await all('', afterSeq, traceId)).fills,
  };
}
