import { createHash } from 'node:crypto';
import type { Outgoing } from '@octant/platform/bus/message';
import { closeTimeMs } from '@octant/trading/market/timeframe';
import type { MarketCandles } from '@octant/trading/messages/market-candles';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { SymbolCandle } from './feed-spec.js';

export interface CandlesToSend {
  readonly source: string;
  /** Set by paced feeds. */
  readonly sessionId: string | undefined;
  readonly timeframe: TimeframeName;
  readonly openTimeMs: number;
  readonly candles: readonly SymbolCandle[];
  readonly simulated: boolean;
  readonly last?: boolean;
}

/** A step's message; its id is a pure function of feed and open time, so that a repeat is one message. */
export function closedCandles(step: CandlesToSend, ts: string): Outgoing & { id: string } {
  return candlesMessage(step, true, ts);
}

/** Announces the candle that has just opened: only its open is known, and every price says so. */
export function formingCandles(step: CandlesToSend, ts: string): Outgoing & { id: string } {
  const candles = step.candles.map(({ symbol, candle: { openTimeMs, open } }) => ({
    symbol,
    candle: { openTimeMs, open, high: open, low: open, close: open, volume: '0' },
  }));
  return candlesMessage({ ...step, candles }, false, ts);
}

function candlesMessage(step: CandlesToSend, closed: boolean, ts: string): Outgoing & { id: string } {
  const feed = step.sessionId ?? step.source;
  const id = `candles:${feed}:${step.timeframe}:${String(step.openTimeMs)}:${closed ? 'closed' : 'forming'}`;
  const payload: MarketCandles = {
    type: 'candles',
    source: step.source,
    ...(step.sessionId === undefined ? {} : { sessionId: step.sessionId }),
    timeframe: step.timeframe,
    closed,
    openTimeMs: step.openTimeMs,
    closeTimeMs: closeTimeMs(step.openTimeMs, step.timeframe),
    candles: step.candles.map(({ symbol, candle: { open, high, low, close, volume } }) => ({
      symbol,
      open,
      high,
      low,
      close,
      volume,
    })),
    simulated: step.simulated,
    ...(closed && step.last === true ? { last: true } : {}),
    ts,
    traceId: traceIdOf(id),
  };
  return { stream: 'market.candles', type: 'candles', payload, id };
}

/** Each candle starts a trace of its own; the id follows from the message's, so that a repeat is in the same trace. */
export function traceIdOf(messageId: string): string {
  return createHash('sha256').update(messageId).digest('hex').slice(0, 32);
}
