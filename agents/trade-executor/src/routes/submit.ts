import type { Operation, OperationRequest, Operations } from '@octant/platform/http/operation';
import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { Instrument } from '@octant/trading/market/instrument';
import { resolveSymbol, UnknownSymbolError } from '@octant/trading/market/symbol';
import type { OrderSide, TimeframeName } from '@octant/trading/messages/envelope';
import { exitTermsOf, type ExitTerms } from '@octant/trading/exchange/exit-terms';
import type { RiskApproval } from '@octant/trading/risk/risk-approved';
import { parseDecimal } from '@octant/trading/money/decimal';
import { isoNow, type ExecDesk } from '../account/desk.js';
import type { OrderAnswer, Submission, TakenOrder } from '../account/take-order.js';
import type { CommitResult } from '../adapters/lane-commits.js';
import type { RiskPort } from '../adapters/risk-port.js';
import type { TradeQueries } from '../adapters/trade-queries.js';

export interface SubmitParts {
  readonly desk: Pick<ExecDesk, 'prices' | 'clock'>;
  readonly instruments: () => ReadonlyMap<string, Instrument>;
  /** The last halt or unhalt that is known, for orders that name none. */
  readonly haltVersion: () => number;
  /** Decides about the order; its result is committed in the lane. */
  readonly take: (order: Submission) => Promise<TakenOrder> | TakenOrder;
  readonly queries: TradeQueries;
  readonly risk: RiskPort;
  readonly commit: CommitResult;
  /** Runs work alone among the handlers that change the account. */
  readonly inLane: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

interface OrderBody {
  readonly orderId?: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly requestId?: string;
  readonly sessionId?: string;
  readonly timeframe?: TimeframeName;
  readonly exits?: ExitTerms;
  readonly referencePrice?: string;
  readonly notBeforeMs?: number;
  readonly haltVersion?: number;
  readonly confidence?: number;
  readonly approval?: RiskApproval;
  readonly traceId?: string;
  readonly ts?: string;
}

/** What `http.` leaves of an order id's 128 characters. */
const LONGEST_KEY = 123;

type Terms = Omit<Submission, 'verdict'>;

/** `POST /trade/submit`: the same intake as the stream's, in the same lane. */
export function submitRoutes(parts: SubmitParts): Operations {
  const submitOrder: Operation = async (request) => {
    const body = request.body as OrderBody;
    const orderId = orderIdOf(body, request);
    const terms = termsOf(parts, { ...body, orderId }, request);
    const answer = await submit(parts, { terms, body });
    return { status: 200, body: answer };
  };
  return { submitOrder };
}

async function submit(parts: SubmitParts, order: { terms: Terms; body: OrderBody }): Promise<OrderAnswer> {
  const { terms } = order;
  const verdict = await verdictOf(parts, order);
  return parts.inLane(async () => {
    const taken = await parts.take({ ...terms, verdict });
    await parts.commit(taken.result, terms.traceId);
    return taken.answer();
  });
}

/** An order that is known needs no second opinion: it is answered as it was the first time. */
async function verdictOf(
  parts: SubmitParts,
  { terms, body }: { terms: Terms; body: OrderBody },
): Promise<Submission['verdict']> {
  const { requestId, symbol, side, qty, sessionId, haltVersion, traceId } = terms;
  if (body.approval !== undefined) return { approval: body.approval };
  if ((await parts.queries.findOrder(terms.orderId)) !== undefined) return { approval: { requestId, riskScore: 0 } };
  const verdict = await parts.risk.evaluate({
    requestId,
    symbol,
    side,
    qty,
    price: terms.referencePrice,
    confidence: body.confidence ?? 1,
    sessionId,
    haltVersion,
    traceId,
  });
  if (verdict.ok) return { approval: { requestId, riskScore: verdict.riskScore } };
  return { refusal: `risk: ${[verdict.code, verdict.reason].filter((part) => part !== undefined).join(': ')}` };
}

function orderIdOf(body: OrderBody, request: OperationRequest): string {
  if (body.orderId !== undefined) return body.orderId;
  const { idempotencyKey } = request;
  if (idempotencyKey !== undefined && idempotencyKey.length <= LONGEST_KEY) return `http.${idempotencyKey}`;
  if (idempotencyKey !== undefined) {
    throw new PermanentError(
      `expected an Idempotency-Key of at most ${String(LONGEST_KEY)} characters where there is no orderId, was ${String(idempotencyKey.length)}`,
      { code: 'order_id_missing' },
    );
  }
  throw new PermanentError('expected orderId in the body or an Idempotency-Key, was neither', {
    code: 'order_id_missing',
  });
}

/** Fills in what the short form leaves out. */
function termsOf(parts: SubmitParts, body: OrderBody & { orderId: string }, request: OperationRequest): Terms {
  const { desk } = parts;
  const symbol = canonical(body.symbol, [...parts.instruments().keys()]);
  const market = marketTerms(desk, body, symbol);
  checkQty(body.qty);
  return {
    orderId: body.orderId,
    symbol,
    side: body.side,
    qty: body.qty,
    requestId: body.requestId ?? body.orderId,
    sessionId: body.sessionId ?? 'manual',
    traceId: body.traceId ?? request.traceId,
    timeframe: body.timeframe,
    exits: body.exits === undefined ? undefined : exitTermsOf(body.exits),
    ...market,
    haltVersion: body.haltVersion ?? parts.haltVersion(),
    ts: body.ts ?? isoNow(desk.clock),
  };
}

function marketTerms(
  desk: Pick<ExecDesk, 'prices'>,
  body: OrderBody,
  symbol: string,
): { readonly referencePrice: string; readonly notBeforeMs: number } {
  const { referencePrice, notBeforeMs } = body;
  if (referencePrice !== undefined && notBeforeMs !== undefined) return { referencePrice, notBeforeMs };
  const last = desk.prices.find(symbol);
  if (last === undefined) {
    throw new TransientError(
      `expected referencePrice and notBeforeMs, or a candle of ${symbol} to take them from; none was seen since the start`,
      { code: 'no_price', retryAfterMs: 1000 },
    );
  }
  return { referencePrice: referencePrice ?? last.price, notBeforeMs: notBeforeMs ?? last.nextOpenMs };
}

function canonical(text: string, markets: readonly string[]): string {
  try {
    return resolveSymbol(text, markets);
  } catch (error) {
    if (!(error instanceof UnknownSymbolError)) throw error;
    throw new PermanentError(`symbol: ${error.message}`, { code: 'unknown_symbol', cause: error });
  }
}

function checkQty(qty: string): void {
  if (parseDecimal(qty).gt(0)) return;
  throw new PermanentError(`expected qty above 0, was ${qty}`, { code: 'bad_quantity' });
}
