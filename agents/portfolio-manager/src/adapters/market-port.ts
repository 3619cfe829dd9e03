import type { AgentHttpClient } from '@octant/platform/http/agent-http-client';
import { closeTimeMs, timeframeMs } from '@octant/trading/market/timeframe';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { DAY_MS } from '@octant/trading/portfolio/utc-day';
import type { Mark } from '../book/marks.js';

/** How far a session has come. */
export interface FedSession {
  readonly source: string;
  readonly symbols: readonly string[];
  readonly timeframe: TimeframeName;
  /** Open of its first candle. */
  readonly startedAtMs: number;
  /** Close of the last candle that the orchestrator has marked. */
  readonly lastCloseTimeMs: number;
}

export interface SeriesName {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: TimeframeName;
}

/** Sessions from the orchestrator and stored candles from the market-analyst, over HTTP. */
export interface MarketPort {
  /** Those that have had a candle, newest first. */
  sessions(traceId: string): Promise<readonly FedSession[]>;
  /** The newest close at or before an instant, not more than a day or a candle older; undefined when there is none. */
  closeAt(series: SeriesName, at: { atMs: number; traceId: string }): Promise<Mark | undefined>;
}

interface SessionPage {
  readonly sessions: readonly (Omit<FedSession, 'startedAtMs' | 'lastCloseTimeMs'> & {
    readonly startedAtMs: number | null;
    readonly lastCloseTimeMs: number | null;
  })[];
}

interface CandlePage {
  /** Open time, open, high, low, close, volume. */
  readonly candles: readonly (readonly [number, string, string, string, string, string])[];
}

const MOST_CANDLES_A_DAY = 1440;

export function httpMarket(http: AgentHttpClient): MarketPort {
  const get = async <Body>(agent: string, path: string, traceId: string): Promise<Body> =>
    (await http.call<Body>({ agent, method: 'GET', path, traceId })).body;
  return {
    async sessions(traceId) {
      const page = await get<SessionPage>('orchestrator', '/orchestrate/sessions', traceId);
      return page.sessions.flatMap(({ startedAtMs, lastCloseTimeMs, ...session }) =>
        startedAtMs === null || lastCloseTimeMs === null ? [] : [{ ...session, startedAtMs, lastCloseTimeMs }],
      );
    },
    async closeAt({ source, symbol, timeframe }, { atMs, traceId }) {
      const query = new URLSearchParams({
        source,
        symbol,
        timeframe,
        fromMs: String(atMs - Math.max(DAY_MS, timeframeMs(timeframe))),
        toMs: String(atMs - timeframeMs(timeframe) + 1),
        limit: String(MOST_CANDLES_A_DAY),
      });
      const page = await get<CandlePage>('market-analyst', `/analysis/candles?${query.toString()}`, traceId);
      const newest = page.candles.at(-1);
      return newest && { price: newest[4], closeTimeMs: closeTimeMs(newest[0], timeframe) };
    },
  };
}
