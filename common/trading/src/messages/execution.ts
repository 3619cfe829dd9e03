import { z } from 'zod';
import { decimalString, envelope, epochMs, orderSide, symbolName, timeframeName } from './envelope.js';

/** Proof that the risk rules let this order pass; `standing` marks reducing orders that need no request. */
export const riskApproval = z.looseObject({
  requestId: z.string().min(1),
  riskScore: z.number(),
  standing: z.boolean().optional(),
});

export const execOrder = z.looseObject({
  orderId: z.string().min(1).max(128),
  symbol: symbolName,
  side: orderSide,
  qty: decimalString,
  type: z.literal('market'),
  requestId: z.string().min(1),
  sessionId: z.string(),
  /** Candles of this timeframe fill the order; any timeframe when absent. */
  timeframe: timeframeName.optional(),
  /** Last close known when the order was decided; only for the audit and for notional checks. */
  referencePrice: decimalString,
  /** The order fills in no candle that opened before this instant. */
  notBeforeMs: epochMs,
  haltVersion: z.number().int().nonnegative(),
  approval: riskApproval,
  ...envelope,
});
export type ExecOrder = z.infer<typeof execOrder>;

export const execStatusWord = z.enum(['filled', 'rejected', 'failed', 'pending']);
export type ExecStatusWord = z.infer<typeof execStatusWord>;

/** Fine state of an order; `statusWordOf` in exchange/order-state.ts maps it to the specification's four words. */
export const orderState = z.enum([
  'intended',
  'sent',
  'acknowledged',
  'partially_filled',
  'filled',
  'canceled',
  'rejected',
  'expired',
  'denied',
  'unknown',
]);
export type OrderState = z.infer<typeof orderState>;

/**
 * `exec.status`: one when the order is taken (`pending`), one a fill, one when it ends without a fill. Where there is a
 * fill, `qty` is the quantity of that fill and `fillId`, `fillSeq`, `price`, `feeQuote`, `profit`, `atMs` are there.
 */
export const execStatus = z.looseObject({
  orderId: z.string().min(1),
  status: execStatusWord,
  state: orderState,
  symbol: symbolName,
  side: orderSide,
  qty: decimalString,
  orderQty: decimalString,
  requestId: z.string(),
  sessionId: z.string(),
  fillId: z.string().optional(),
  /** Position of the fill in the account, from 1, without gaps. */
  fillSeq: z.number().int().positive().optional(),
  /** Position of the fill in its order, from 1. */
  fillNumber: z.number().int().positive().optional(),
  price: decimalString.optional(),
  feeQuote: decimalString.optional(),
  /** Realised profit of this fill before its fee, quote currency; "0" for a buy. */
  profit: decimalString.optional(),
  /** Open time of the candle in which it filled. */
  atMs: epochMs.optional(),
  reason: z.string().optional(),
  exchange: z.string(),
  simulated: z.boolean(),
  ...envelope,
});
export type ExecStatus = z.infer<typeof execStatus>;

/** `exec.progress`: the fills of a candle are all published (`candles`), or a halt has taken effect (`halt`). */
export const execProgress = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('candles'),
    source: z.string(),
    sessionId: z.string().optional(),
    timeframe: timeframeName,
    closeTimeMs: epochMs,
    /** Number of the account's last fill: whoever decides must know all fills up to it. */
    lastFillSeq: z.number().int().nonnegative(),
    ...envelope,
  }),
  z.looseObject({ type: z.literal('halt'), haltVersion: z.number().int().nonnegative(), ...envelope }),
]);
export type ExecProgress = z.infer<typeof execProgress>;
