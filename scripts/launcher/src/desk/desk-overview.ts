import { z } from 'zod';

const counters = z.looseObject({
  candles: z.number(),
  signals: z.number(),
  riskRequests: z.number(),
  riskRefused: z.number(),
  orders: z.number(),
  fills: z.number(),
  rejected: z.number(),
});
export type Counters = z.infer<typeof counters>;

/** `GET /orchestrate/sessions/{id}`; equity is a decimal string in quote currency. */
export const session = z.looseObject({
  sessionId: z.string(),
  status: z.enum(['running', 'stopped', 'finished', 'failed']),
  failure: z.string().nullable().default(null),
  mode: z.string(),
  symbols: z.array(z.string()),
  timeframe: z.string(),
  strategy: z.string(),
  source: z.string(),
  /** Null before the first candle. */
  lastCloseTimeMs: z.number().nullable(),
  counters,
  equityQuote: z.string(),
});
export type Session = z.infer<typeof session>;

const trade = z.looseObject({
  orderId: z.string(),
  symbol: z.string(),
  side: z.string(),
  qty: z.string(),
  price: z.string(),
  feeQuote: z.string(),
  atMs: z.number(),
});

/** `GET /desk/overview`. */
export const deskOverview = z.looseObject({
  simulated: z.boolean(),
  sessions: z.array(session),
  pnl: z.looseObject({
    day: z.string(),
    equityQuote: z.string(),
    pnlQuote: z.string(),
    pnlRatio: z.number(),
    realizedQuote: z.string(),
    unrealizedQuote: z.string(),
    feesQuote: z.string(),
    halted: z.boolean(),
    haltReason: z.string().nullable(),
  }),
  counters,
  streams: z.array(
    z.looseObject({ stream: z.string(), pending: z.number(), lag: z.number().nullable(), dlq: z.number() }),
  ),
  recentTrades: z.array(trade),
});
export type DeskOverview = z.infer<typeof deskOverview>;
