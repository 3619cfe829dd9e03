import { AppError, PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { OperationRequest, Operations } from '@octant/platform/http/operation';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import { equityOf } from '@octant/trading/portfolio/ledger';
import { decideRebalance } from '@octant/trading/portfolio/rebalance';
import type { ExecutorPort, SubmittedOrder } from '../adapters/executor-port.js';
import type { PlannedOrder, RebalancePlan, RebalanceStore } from '../adapters/rebalance-store.js';
import type { PortfolioDesk } from '../book/desk.js';
import { valuedAt } from '../book/holdings-view.js';
import { pricesOf, type MarkMap } from '../book/marks.js';

export interface RebalanceParts {
  readonly desk: PortfolioDesk;
  readonly executor: ExecutorPort;
  readonly plans: RebalanceStore;
}

interface RebalanceBody {
  readonly requestId?: string;
  readonly dryRun?: boolean;
  readonly traceId?: string;
}

interface Rebalance {
  readonly requestId: string;
  readonly traceId: string;
}

const SESSION = 'rebalance';
const LONGEST_REQUEST_ID = 100;

/** `POST /portfolio/rebalance`: the plan is written down before anything is sent, so that a repeat sends the same. */
export function rebalanceRoutes(parts: RebalanceParts): Operations {
  return {
    rebalancePortfolio: async (request) => {
      const body = request.body as RebalanceBody;
      const rebalance = { requestId: requestIdOf(body, request), traceId: body.traceId ?? request.traceId };
      const dryRun = body.dryRun ?? false;
      const plan = dryRun ? await makePlan(parts, rebalance) : await keptPlan(parts, rebalance);
      const orders = [];
      for (const order of plan.orders) {
        const outcome = dryRun ? { status: 'planned' } : await submit(parts, order, rebalance);
        const { orderId, symbol, side, qty, referencePrice } = order;
        orders.push({ orderId, symbol, side, qty, referencePrice, ...outcome });
      }
      return {
        status: 200,
        body: { requestId: rebalance.requestId, dryRun, equityQuote: plan.equityQuote, orders },
      };
    },
  };
}

function requestIdOf(body: RebalanceBody, request: OperationRequest): string {
  const requestId = body.requestId ?? request.idempotencyKey ?? (body.dryRun === true ? 'dry-run' : undefined);
  if (requestId !== undefined && requestId.length <= LONGEST_REQUEST_ID) return requestId;
  const found = requestId === undefined ? 'neither' : `one of ${String(requestId.length)}`;
  throw new PermanentError(
    `expected requestId in the body or an Idempotency-Key, of at most ${String(LONGEST_REQUEST_ID)} characters, was ${found}`,
    { code: 'request_id_missing' },
  );
}

async function keptPlan(parts: RebalanceParts, rebalance: Rebalance): Promise<RebalancePlan> {
  const known = await parts.plans.find(rebalance.requestId);
  if (known !== undefined) return known;
  const plan = await makePlan(parts, rebalance);
  return parts.plans.keep(rebalance.requestId, plan, auditMessage(parts, plan, rebalance));
}

async function makePlan(parts: RebalanceParts, { requestId, traceId }: Rebalance): Promise<RebalancePlan> {
  const { desk, executor } = parts;
  const openOrders = await executor.openOrders(traceId);
  const { targets, thresholdRatio, instruments, limits, cashBufferRatio, feesBps } = desk.settings();
  const marks = desk.marks.peek();
  const ledger = valuedAt(desk.books.peek().ledger, pricesOf(marks));
  checkMarks(marks, Object.keys(targets));
  const held = Object.entries(ledger.positions).map(([symbol, { qty }]) => [symbol, qty] as const);
  const equityQuote = equityOf(ledger);
  const orders = decideRebalance({
    cashQuote: ledger.cashQuote,
    equityQuote,
    held: Object.fromEntries(held),
    prices: pricesOf(marks),
    targets,
    thresholdRatio,
    openOrders,
    instruments,
    limits,
    cashBufferRatio,
    feesBps,
  });
  const planned = orders.map(({ symbol, side, qty, price }, index) => ({
    orderId: `${SESSION}.${requestId}.${String(index)}`,
    symbol,
    side,
    qty,
    referencePrice: price,
    notBeforeMs: marks[symbol]?.closeTimeMs ?? 0,
  }));
  return { equityQuote, orders: planned };
}

function checkMarks(marks: MarkMap, symbols: readonly string[]): void {
  const missing = symbols.filter((symbol) => marks[symbol] === undefined);
  if (missing.length === 0) return;
  throw new TransientError(`expected a closed candle of each target, was none of ${missing.join(', ')}`, {
    code: 'no_price',
    retryAfterMs: 1000,
  });
}

/** An order that can never be taken does not keep the others back; one whose fate is unknown ends the call. */
async function submit(
  parts: RebalanceParts,
  order: PlannedOrder,
  { traceId }: Rebalance,
): Promise<Pick<SubmittedOrder, 'status' | 'reason'> & { state?: string }> {
  try {
    const { status, state, reason } = await parts.executor.submit(
      { ...order, requestId: order.orderId, sessionId: SESSION },
      traceId,
    );
    return { status, state, ...(reason === undefined ? {} : { reason }) };
  } catch (error) {
    if (!(error instanceof AppError) || error instanceof TransientError) throw error;
    return { status: 'failed', reason: error.message };
  }
}

function auditMessage({ desk }: RebalanceParts, plan: RebalancePlan, { requestId, traceId }: Rebalance) {
  const nowMs = desk.clock.now();
  const payload: AuditEvent = {
    eventId: `portfolio.rebalanced:${requestId}`,
    actor: 'portfolio-manager',
    action: 'portfolio.rebalanced',
    subject: requestId,
    details: { equityQuote: plan.equityQuote, orders: plan.orders },
    atMs: nowMs,
    requestId,
    traceId,
    ts: new Date(nowMs).toISOString(),
  };
  return { stream: 'audit.events', type: payload.action, id: payload.eventId, payload };
}
