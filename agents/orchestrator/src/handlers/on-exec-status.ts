import type { Incoming } from '@octant/platform/bus/message';
import { Decimal } from '@octant/trading/money/decimal';
import { applyFill, type LedgerFill } from '@octant/trading/portfolio/ledger';
import type { ExecStatus } from '@octant/trading/messages/execution';
import { advanceAll } from '../cycle/advance.js';
import { takeStatus } from '../cycle/decide-symbol.js';
import { rememberEarly } from '../desk/early-statuses.js';
import { ledgerAt, recordClosedDays } from '../desk/ledger-turn.js';
import { publishHaltChange } from '../desk/halts.js';
import { requestOptimizerAfterLosses } from '../desk/loss-trigger.js';
import type { TradingDesk } from '../desk/trading-desk.js';
import type { Turn } from '../desk/turn.js';

/** Books fills in their order, ends open orders, and answers the decision that waits for the executor. */
export function onExecStatus(desk: TradingDesk) {
  return ({ payload, traceId }: Incoming<ExecStatus>) =>
    desk.turn(
      async (turn) => {
        bookInOrder(turn, payload, traceId);
        if (!rememberEarly(turn, payload)) takeStatus(turn, payload);
        await advanceAll(turn);
      },
      [payload.sessionId],
    );
}

/** Books the fill if it is the account's next, and then those that waited for it; holds it when it is early. */
function bookInOrder(turn: Turn, status: ExecStatus, traceId: string): void {
  const fill = ledgerFillOf(status);
  if (fill === undefined) return;
  const { desk } = turn;
  if (fill.fillSeq <= ledgerAt(turn, fill.atMs).lastFillSeq) return;
  if (fill.fillSeq > ledgerAt(turn, fill.atMs).lastFillSeq + 1) {
    if (!desk.heldFills.some(({ fillSeq }) => fillSeq === fill.fillSeq)) desk.heldFills.push(status);
    return;
  }
  bookFill(turn, { status, fill, traceId });
  const next = desk.heldFills.find(({ fillSeq }) => fillSeq === fill.fillSeq + 1);
  if (next === undefined) return;
  desk.heldFills = desk.heldFills.filter((held) => held !== next);
  bookInOrder(turn, next, next.traceId);
}

function bookFill(
  turn: Turn,
  { status, fill, traceId }: { status: ExecStatus; fill: LedgerFill; traceId: string },
): void {
  const applied = applyFill(ledgerAt(turn, fill.atMs), fill);
  turn.desk.ledger = applied.ledger;
  const session = turn.sessions.get(status.sessionId);
  if (session !== undefined) session.counters.fills += 1;
  recordClosedDays(turn, applied.closedDays, traceId);
  publishHaltChange(turn, { actor: 'orchestrator', atMs: fill.atMs, traceId });
  if (fill.side === 'sell' && status.profit !== undefined) {
    const lost = Decimal.of(status.profit).minus(fill.feeQuote).lt(0);
    turn.desk.consecutiveLosers = lost ? turn.desk.consecutiveLosers + 1 : 0;
    requestOptimizerAfterLosses(turn, { sessionId: status.sessionId, atMs: fill.atMs, traceId });
  }
}

function ledgerFillOf(status: ExecStatus): LedgerFill | undefined {
  const { fillSeq, price, feeQuote, atMs, symbol, side, qty } = status;
  if (fillSeq === undefined) return undefined;
  if (price === undefined || feeQuote === undefined || atMs === undefined) {
    throw new Error(
      `expected price, feeQuote and atMs beside fillSeq ${String(fillSeq)}, was ${JSON.stringify(status)}`,
    );
  }
  return { symbol, side, qty, price, feeQuote, atMs, fillSeq };
}
