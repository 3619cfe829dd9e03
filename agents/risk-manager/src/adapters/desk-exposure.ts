import { AppError, PermanentError } from '@octant/platform/errors/errors';
import type { AgentHttpClient } from '@octant/platform/http/agent-http-client';
import { decimalString, type OrderSide } from '@octant/trading/messages/envelope';
import type { RiskExposure } from '@octant/trading/messages/risk';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import { z } from 'zod';

const holdings = z.object({
  cashQuote: decimalString,
  equityQuote: decimalString,
  positions: z.array(z.object({ symbol: z.string(), qty: decimalString, valueQuote: decimalString })),
});
const openOrders = z.object({
  orders: z.array(
    z.object({
      symbol: z.string(),
      side: z.string(),
      qty: decimalString,
      filledQty: decimalString,
      referencePrice: decimalString,
    }),
  ),
});
const pnlStatus = z.object({ pnlRatio: z.number() });

export interface ExposureQuestion {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly traceId: string;
}

/** The exposure, or why nobody could tell it. */
export type ExposureAnswer = { readonly exposure: RiskExposure } | { readonly missing: string };

/** Tells the exposure to a question that came without it. */
export interface ExposurePort {
  ask(question: ExposureQuestion): Promise<ExposureAnswer>;
}

const TIMEOUT_MS = 2000;
const MOST_OPEN_ORDERS = 1000;

/**
 * Puts the exposure together from the agents that own it: holdings from portfolio-manager and, where the order would add
 * exposure, open buys from trade-executor and the day's PnL from orchestrator.
 */
export function deskExposure(http: AgentHttpClient): ExposurePort {
  return {
    async ask(question) {
      const read = reader(http, question.traceId);
      try {
        const [account, openBuyQuote, dayPnlRatio] = await Promise.all([
          read('portfolio-manager', '/portfolio/holdings', holdings),
          question.side === 'buy' ? openBuys(read, question.symbol) : '0',
          question.side === 'buy' ? read('orchestrator', '/pnl/status', pnlStatus).then((pnl) => pnl.pnlRatio) : 0,
        ]);
        const position = account.positions.find((held) => held.symbol === question.symbol);
        return {
          exposure: {
            equityQuote: account.equityQuote,
            cashQuote: account.cashQuote,
            positionQty: position?.qty ?? '0',
            positionQuote: position?.valueQuote ?? '0',
            openBuyQuote,
            dayPnlRatio,
          },
        };
      } catch (error) {
        if (error instanceof AppError) return { missing: error.message };
        throw error;
      }
    },
  };
}

type Read = <Value>(agent: string, path: string, schema: z.ZodType<Value>) => Promise<Value>;

function reader(http: AgentHttpClient, traceId: string): Read {
  return async (agent, path, schema) => {
    const { body } = await http.call<unknown>({ agent, method: 'GET', path, traceId, timeoutMs: TIMEOUT_MS });
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new PermanentError(
      `${agent} GET ${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected answer'}`,
      { code: 'unexpected_answer', status: 502 },
    );
  };
}

async function openBuys(read: Read, symbol: string): Promise<string> {
  const path = `/trade/orders?state=open&limit=${String(MOST_OPEN_ORDERS)}`;
  const { orders } = await read('trade-executor', path, openOrders);
  let total = Decimal.of(0);
  for (const order of orders) {
    if (order.symbol !== symbol || order.side !== 'buy') continue;
    const rest = parseDecimal(order.qty).minus(parseDecimal(order.filledQty));
    total = total.plus(rest.times(parseDecimal(order.referencePrice)));
  }
  return formatDecimal(total);
}
