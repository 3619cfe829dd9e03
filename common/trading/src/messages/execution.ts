import { z } from 'zod';
import { decimalString, envelope, epochMs, orderSide, symbolName, timeframeName } from './envelope.js';
import { exitPlanMessage } from './exit-plan-message.js';

/** Proof that the risk rules let this order pass; `standing` marks reducing orders that need no request. */
export const riskApproval = z.looseObject({
  requestId: z.string().min(1).describe('The risk request that was approved.'),
  riskScore: z.number().describe('Score of the approval, 0 to 1.'),
  standing: z.boolean().optional().describe('A reducing order that needed no request.'),
});

const orderFields = {
  orderId: z.string().min(1).max(128).describe('`<requestId>.0`; also the key under which the account knows it.'),
  symbol: symbolName,
  side: orderSide,
};

export const execOrder = z.looseObject({
  ...orderFields,
  qty: decimalString.describe('Base quantity, a multiple of the lot size.'),
  type: z.literal('market').describe('The only type of this version.'),
  requestId: z.string().min(1).describe('The decision: `<sessionId>.<symbol>.<closeTimeMs>`.'),
  sessionId: z.string().describe('Session that trades.'),
  timeframe: timeframeName.optional().describe('Candles of this length fill the order; any when absent.'),
  referencePrice: decimalString.describe(
    'Last close when it was decided, quote currency; for audit and notional checks.',
  ),
  notBeforeMs: epochMs.describe('It fills in no candle that opened before this instant.'),
  haltVersion: z.number().int().nonnegative().describe('The halt or unhalt that the sender knows of.'),
  exits: exitPlanMessage
    .optional()
    .describe('Of a buy: what rests beside the position once it fills; absent without exits.'),
  approval: riskApproval.describe('Proof that risk has agreed.'),
  ...envelope,
});
export type ExecOrder = z.infer<typeof execOrder>;

export const execStatusWord = z.enum(['filled', 'rejected', 'failed', 'pending']).describe('The state in four words.');
export type ExecStatusWord = z.infer<typeof execStatusWord>;

/** Fine state of an order; `statusWordOf` in exchange/order-state.ts maps it to the specification's four words. */
export const orderState = z
  .enum([
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
  ])
  .describe('The fine state, see `common/trading/src/exchange/order-state.ts`.');
export type OrderState = z.infer<typeof orderState>;

/**
 * `exec.status`: one when the order is taken (`pending`), one a fill, one when it ends without a fill. Where there is a
 * fill, `qty` is the quantity of that fill and `fillId`, `fillSeq`, `price`, `feeQuote`, `profit`, `atMs` are there.
 */
export const execStatus = z.looseObject({
  orderId: z
    .string()
    .min(1)
    .describe('The order; `<entry>.stop`, `.trail`, `.target` or `.time` when it is an exit of that entry.'),
  status: execStatusWord,
  state: orderState,
  symbol: symbolName,
  side: orderSide,
  qty: decimalString.describe('Base quantity: of the fill where there is one, of the order otherwise.'),
  orderQty: decimalString.describe('Base quantity of the order.'),
  requestId: z.string().describe('The decision that the order came from.'),
  sessionId: z.string().describe('Session that trades.'),
  filledQty: decimalString.optional().describe('Base quantity of the order filled so far; with a fill only.'),
  fillId: z.string().optional().describe('`<orderId>.f<fillNumber>`; with a fill only, as the next six.'),
  fillSeq: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Position of the fill in the account, from 1, without gaps.'),
  fillNumber: z.number().int().positive().optional().describe('Position of the fill in its order, from 1.'),
  price: decimalString.optional().describe('Price of the fill, quote currency.'),
  feeQuote: decimalString
    .optional()
    .describe(
      'Fee of the fill, quote currency; one in base currency at the price of the fill, "0" for one in a third.',
    ),
  profit: decimalString
    .optional()
    .describe('Realised profit of the fill before its fee, quote currency; "0" for a buy.'),
  atMs: epochMs
    .optional()
    .describe('When it filled: open time of its candle on paper, the time of the exchange at an exchange.'),
  reason: z.string().optional().describe('Why it ended without a fill.'),
  exchange: z.string().describe('Exchange that the order went to; `paper` for the paper account.'),
  simulated: z.boolean().describe('It was the paper account.'),
  ...envelope,
});
export type ExecStatus = z.infer<typeof execStatus>;

/** `exec.progress`: the fills of a candle are all published (`candles`), or a halt has taken effect (`halt`). */
export const execProgress = z.discriminatedUnion('type', [
  z
    .looseObject({
      type: z.literal('candles'),
      source: z.string().describe('Data source of the candles.'),
      sessionId: z.string().optional().describe('Session of a paced feed.'),
      timeframe: timeframeName,
      closeTimeMs: epochMs.describe('Close of the candles that are done.'),
      lastFillSeq: z
        .number()
        .int()
        .nonnegative()
        .describe("Number of the account's last fill: whoever decides must know all fills up to it."),
      resting: z
        .array(z.string())
        .optional()
        .describe('Orders that still wait after these candles (latency, partial fills); none when absent.'),
      ...envelope,
    })
    .describe('The fills of a closed candle are all published.'),
  z
    .looseObject({
      type: z.literal('halt'),
      haltVersion: z.number().int().nonnegative().describe('The halt or unhalt that is in force.'),
      ...envelope,
    })
    .describe('A halt or unhalt is in force, and the buys that it ends are cancelled.'),
]);
export type ExecProgress = z.infer<typeof execProgress>;
