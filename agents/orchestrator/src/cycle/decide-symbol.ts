import { TransientError } from '@octant/platform/errors/errors';
import { orderIdOf, requestIdOf } from '@octant/trading/exchange/order-id';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import { decideSignal } from '@octant/trading/portfolio/decide-signal';
import { exposureOf } from '@octant/trading/portfolio/exposure';
import type { OrderSide } from '@octant/trading/messages/envelope';
import type { ExecOrder, ExecStatus } from '@octant/trading/messages/execution';
import type { RiskRequest } from '@octant/trading/messages/risk';
import { haltReasonOf, type Message } from '../desk/desk-state.js';
import { takeEarly } from '../desk/early-statuses.js';
import { ledgerAt } from '../desk/ledger-turn.js';
import { audit } from '../desk/notices.js';
import type { CycleState, PendingDecision, Session, Step } from '../desk/session-state.js';
import { stamp, type Turn } from '../desk/turn.js';
import type { RiskAnswer, SubmitAnswer } from '../adapters/agents-port.js';

/** The step of one session in one turn. */
export interface StepTurn {
  readonly turn: Turn;
  readonly session: Session;
  readonly step: Step;
}

/** Ends the cycle of the symbol at the cursor. */
export function endCycle({ session, step }: StepTurn, state: CycleState): void {
  const symbol = step.symbols[step.cursor];
  if (symbol !== undefined) session.cycles[symbol] = state;
  step.decision = null;
  step.cursor += 1;
}

/** Takes the signal of the symbol at the cursor to a size; without a quantity the cycle ends. */
export async function decideSize(work: StepTurn, symbol: string): Promise<void> {
  const { turn, session, step } = work;
  const analysis = step.analyses[symbol];
  if (analysis?.state !== 'signal') return endCycle(work, 'no_signal');
  if (!mayChangePosition(turn, { symbol, side: analysis.side })) return endCycle(work, 'no_signal');
  session.cycles[symbol] = 'sizing';
  const requestId = requestIdOf({ sessionId: session.sessionId, symbol, closeTimeMs: step.closeTimeMs });
  const ledger = ledgerAt(turn, step.openTimeMs);
  const size = await turn.agents.size({
    requestId,
    traceId: step.traceId,
    symbol,
    side: analysis.side,
    confidence: analysis.confidence,
    price: closeOf(step, symbol),
    asOf: ledger.lastFillSeq,
    strategy: session.strategy,
    openOrders: turn.desk.openOrders.map(({ symbol: of, side, qty, price }) => ({ symbol: of, side, qty, price })),
    marks: step.closes,
  });
  if (Decimal.of(size.qty).lte(0)) {
    auditDecision(work, {
      requestId,
      action: 'decision.no_size',
      details: { symbol, side: analysis.side, reason: size.reason },
    });
    return endCycle(work, 'refused');
  }
  step.decision = {
    phase: 'risk',
    requestId,
    orderId: orderIdOf(requestId),
    symbol,
    side: analysis.side,
    confidence: analysis.confidence,
    qty: size.qty,
    ...(analysis.exits === undefined ? {} : { exits: analysis.exits }),
    riskScore: null,
  };
  session.cycles[symbol] = 'risk';
  session.counters.riskRequests += 1;
  await askRisk(work, step.decision);
}

/** Signals repeat while their condition holds; many ask for nothing. */
function mayChangePosition(turn: Turn, { symbol, side }: { symbol: string; side: OrderSide }): boolean {
  const { desk } = turn;
  const positionQty = desk.ledger?.positions[symbol]?.qty ?? '0';
  const halted = haltReasonOf(desk) !== null;
  return decideSignal({ symbol, side, positionQty, openOrders: desk.openOrders, halted }) === 'size';
}

async function askRisk(work: StepTurn, decision: PendingDecision): Promise<void> {
  const { turn, session } = work;
  if (session.mode !== 'pubsub') {
    try {
      const answer = await turn.agents.evaluateRisk(riskRequestOf(work, decision));
      return await takeRiskAnswer(work, decision, answer);
    } catch (error) {
      if (session.mode === 'http' || !(error instanceof TransientError)) throw error;
    }
  }
  turn.messages.push(riskRequestMessage(work, decision));
}

/** The question to the risk manager, for the stream. */
export function riskRequestMessage(work: StepTurn, decision: PendingDecision): Message {
  const payload = riskRequestOf(work, decision);
  return { stream: 'risk.requests', type: 'evaluate', id: `risk:${decision.requestId}`, payload };
}

function riskRequestOf({ turn, session, step }: StepTurn, decision: PendingDecision): RiskRequest {
  const { desk } = turn;
  return {
    requestId: decision.requestId,
    symbol: decision.symbol,
    side: decision.side,
    confidence: decision.confidence,
    qty: decision.qty,
    price: closeOf(step, decision.symbol),
    atMs: step.closeTimeMs,
    haltVersion: desk.haltVersion,
    exposure: exposureOf(ledgerAt(turn, step.openTimeMs), { symbol: decision.symbol, openOrders: desk.openOrders }),
    sessionId: session.sessionId,
    ...stamp(turn, step.traceId),
  };
}

/** Risk has answered: refuse, or send the order. */
export async function takeRiskAnswer(work: StepTurn, decision: PendingDecision, answer: RiskAnswer): Promise<void> {
  const { session, step } = work;
  if (!answer.ok) {
    session.counters.riskRefused += 1;
    const { code, reason } = answer;
    auditDecision(work, {
      requestId: decision.requestId,
      action: 'decision.refused',
      details: { ...decision, code, reason },
    });
    return endCycle(work, 'refused');
  }
  step.decision = { ...decision, phase: 'executing', riskScore: answer.riskScore };
  session.cycles[decision.symbol] = 'executing';
  await sendOrder(work, step.decision);
}

async function sendOrder(work: StepTurn, decision: PendingDecision): Promise<void> {
  const { turn, session, step } = work;
  const order = execOrderOf(work, decision);
  const early = takeEarly(turn, order.orderId);
  session.counters.orders += 1;
  turn.desk.openOrders.push({
    orderId: order.orderId,
    sessionId: session.sessionId,
    symbol: order.symbol,
    side: order.side,
    qty: order.qty,
    price: order.referencePrice,
    notBeforeMs: order.notBeforeMs,
    timeframe: session.timeframe,
  });
  auditDecision(work, { requestId: decision.requestId, action: 'decision.order', details: { ...decision } });
  turn.onOrder(turn.nowMs - step.publishedAtMs);
  if (session.mode === 'http') takeSubmitAnswer(work, order.orderId, await turn.agents.submit(order));
  else turn.messages.push(orderMessage(work, decision));
  for (const status of early) takeStatus(turn, status);
}

/** The order for the executor, for the stream. */
export function orderMessage(work: StepTurn, decision: PendingDecision): Message {
  const payload = execOrderOf(work, decision);
  return { stream: 'exec.orders', type: 'order', id: `order:${decision.orderId}`, payload };
}

/** What the executor says of an order ends it, or answers the decision that waits for its word. */
export function takeStatus(turn: Turn, status: ExecStatus): void {
  const { orderId } = status;
  const session = turn.sessions.get(status.sessionId);
  if (status.status !== 'pending') endOrder(turn, orderId, { session, isFilled: status.status === 'filled' });
  else if (status.filledQty !== undefined) noteFilled(turn, orderId, status.filledQty);
  const step = session?.step;
  if (session === undefined || step === null || step === undefined) return;
  if (step.decision?.phase !== 'executing' || step.decision.orderId !== orderId) return;
  takeSubmitAnswer({ turn, session, step }, orderId, {
    status: status.status,
    ...(status.reason === undefined ? {} : { reason: status.reason }),
  });
}

function execOrderOf({ turn, session, step }: StepTurn, decision: PendingDecision): ExecOrder {
  return {
    orderId: decision.orderId,
    symbol: decision.symbol,
    side: decision.side,
    qty: decision.qty,
    type: 'market',
    requestId: decision.requestId,
    sessionId: session.sessionId,
    timeframe: session.timeframe,
    referencePrice: closeOf(step, decision.symbol),
    notBeforeMs: step.closeTimeMs,
    haltVersion: turn.desk.haltVersion,
    ...(decision.exits === undefined ? {} : { exits: { ...decision.exits } }),
    approval: { requestId: decision.requestId, riskScore: decision.riskScore ?? 0 },
    ...stamp(turn, step.traceId),
  };
}

/** The executor has taken or rejected the order: the cycle is over; fills are booked when they come. */
export function takeSubmitAnswer(work: StepTurn, orderId: string, answer: SubmitAnswer): void {
  const { turn, session } = work;
  const ended = answer.status === 'rejected' || answer.status === 'failed';
  if (ended) endOrder(turn, orderId, { session, isFilled: false });
  endCycle(work, ended ? (answer.status === 'failed' ? 'failed' : 'refused') : 'done');
}

/** What is left of an order that fills in parts; statuses may come twice, or late. */
function noteFilled({ desk }: Turn, orderId: string, filledQty: string): void {
  desk.openOrders = desk.openOrders.map((order) => {
    if (order.orderId !== orderId) return order;
    const left = parseDecimal(order.orderQty ?? order.qty).minus(parseDecimal(filledQty));
    return left.lt(parseDecimal(order.qty))
      ? { ...order, orderQty: order.orderQty ?? order.qty, qty: formatDecimal(left) }
      : order;
  });
}

/** An order ends once, whoever tells of it first and however often. */
function endOrder(
  turn: Turn,
  orderId: string,
  { session, isFilled }: { session: Session | undefined; isFilled: boolean },
): void {
  const { desk } = turn;
  const others = desk.openOrders.filter((order) => order.orderId !== orderId);
  if (others.length === desk.openOrders.length) return;
  desk.openOrders = others;
  if (!isFilled && session?.status === 'running') session.counters.rejected += 1;
}

function closeOf(step: Step, symbol: string): string {
  const close = step.closes[symbol];
  if (close === undefined) throw new Error(`expected a close of ${symbol} in the step, was none`);
  return close;
}

interface DecisionAudit {
  readonly requestId: string;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

function auditDecision({ turn, session, step }: StepTurn, { requestId, action, details }: DecisionAudit): void {
  audit(turn, {
    eventId: `${action}:${requestId}`,
    action,
    subject: session.sessionId,
    details,
    atMs: step.closeTimeMs,
    requestId,
    traceId: step.traceId,
  });
}
