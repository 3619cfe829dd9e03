import type { Incoming } from '@octant/platform/bus/message';
import { TransientError } from '@octant/platform/errors/errors';
import type { MarketCandles } from '@octant/trading/messages/market-candles';
import { advance } from '../cycle/advance.js';
import type { Session, StepCandles } from '../desk/session-state.js';
import type { TradingDesk } from '../desk/trading-desk.js';

/** Steps that may wait behind the one in work; more are left in the stream. */
const MAX_QUEUE = 200;

/** Each closed candle of a running session starts one step of it. */
export function onMarketCandles(desk: TradingDesk) {
  return ({ payload, traceId }: Incoming<MarketCandles>) =>
    desk.turn(async (turn) => {
      for (const session of turn.sessions.values()) {
        if (!takesCandles(session, payload)) continue;
        if (session.queue.length >= MAX_QUEUE) {
          throw new TransientError(`session ${session.sessionId} is ${String(MAX_QUEUE)} steps behind`, {
            code: 'behind',
          });
        }
        session.queue.push(stepOf(session, payload, traceId));
        await advance(turn, session);
      }
    });
}

function takesCandles(session: Session, message: MarketCandles): boolean {
  if (session.status !== 'running' || !message.closed) return false;
  if (message.sessionId !== undefined && message.sessionId !== session.sessionId) return false;
  if (message.source !== session.source || message.timeframe !== session.timeframe) return false;
  if (message.closeTimeMs <= newestCloseOf(session)) return false;
  return message.candles.some((candle) => session.symbols.includes(candle.symbol));
}

function newestCloseOf(session: Session): number {
  const { queue, step, doneCloseTimeMs } = session;
  return queue.at(-1)?.closeTimeMs ?? step?.closeTimeMs ?? doneCloseTimeMs ?? session.lastCloseTimeMs ?? 0;
}

function stepOf(session: Session, message: MarketCandles, traceId: string): StepCandles {
  const closes = new Map(message.candles.map((candle) => [candle.symbol, candle.close]));
  return {
    openTimeMs: message.openTimeMs,
    closeTimeMs: message.closeTimeMs,
    closes: Object.fromEntries(
      session.symbols.flatMap((symbol) => {
        const close = closes.get(symbol);
        return close === undefined ? [] : [[symbol, close]];
      }),
    ),
    traceId,
    publishedAtMs: Date.parse(message.ts),
    last: message.last === true,
    simulated: message.simulated,
  };
}
