import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import { exitTermsOf } from '@octant/trading/exchange/exit-terms';
import type { ExecOrder } from '@octant/trading/messages/execution';
import type { MarketCandles } from '@octant/trading/messages/market-candles';
import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import type { LastPrices } from '../account/last-prices.js';
import { progressMessage } from '../account/order-messages.js';
import { applyLiveHalt, cancelLiveSession } from '../live/apply-live-command.js';
import { stampOf, type LiveDesk } from '../live/live-desk.js';
import { takeLiveOrder } from '../live/take-live-order.js';
import { concernsExecutor } from './on-orchestrator-command.js';

/** `exec.orders` for an exchange: written down or denied, and done; the sender takes it from there. */
export function onLiveOrder(desk: LiveDesk): (message: Incoming<ExecOrder>) => HandlerResult {
  return ({ payload }) => {
    const { orderId, symbol, side, qty, requestId, sessionId, traceId, referencePrice, notBeforeMs, ts } = payload;
    const exits = payload.exits === undefined ? undefined : exitTermsOf(payload.exits);
    const { timeframe, haltVersion, approval } = payload;
    return takeLiveOrder(desk, {
      ...{ orderId, symbol, side, qty, requestId, sessionId, traceId, referencePrice, notBeforeMs, ts },
      ...{ timeframe, exits, haltVersion },
      verdict: { approval },
    }).result;
  };
}

/**
 * `market.candles` beside an exchange: nothing fills here, but a closed step is answered with how far the account's fills
 * have got and what is still open, for those who decide on it.
 */
export function onLiveCandles(
  desk: LiveDesk,
  prices: LastPrices,
): (message: Incoming<MarketCandles>) => Promise<HandlerResult> {
  return async ({ id, payload }) => {
    prices.note(payload);
    if (!payload.closed) return {};
    const { source, sessionId, timeframe, closeTimeMs, traceId } = payload;
    const { lastFillSeq } = await desk.store.loadAccount();
    const resting = (await desk.store.openOrders()).map(({ orderId }) => orderId);
    const progress = progressMessage(
      {
        type: 'candles',
        source,
        ...(sessionId === undefined ? {} : { sessionId }),
        timeframe,
        closeTimeMs,
        lastFillSeq,
        ...(resting.length === 0 ? {} : { resting }),
        traceId,
        ts: stampOf(desk).ts,
      },
      id,
    );
    return { messages: [progress] };
  };
}

/** `orchestrator.commands` for an exchange: halt, unhalt, and the end of a session. */
export function onLiveCommand(desk: LiveDesk): (message: Incoming<OrchestratorCommand>) => HandlerResult {
  return ({ id, payload }) => {
    if (!concernsExecutor(payload)) return {};
    return payload.type === 'unwatch' ? cancelLiveSession(desk, payload) : applyLiveHalt(desk, payload, id);
  };
}
