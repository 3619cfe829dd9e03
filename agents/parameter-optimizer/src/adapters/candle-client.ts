import { PermanentError } from '@octant/platform/errors/errors';
import type { AgentHttpClient } from '@octant/platform/http/agent-http-client';
import type { CandleSeries } from '@octant/trading/backtest/candle-steps';
import { isPlainDecimal, type DecimalCandle } from '@octant/trading/market/candle';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { JobPlan } from '../jobs/job.js';

const PAGE = 5000;
/** Newest candles of a symbol that a job uses at most: a search stays a matter of minutes. */
const MOST_CANDLES = 20_000;

interface CandlePage {
  readonly candles: readonly (readonly [number, ...unknown[]])[];
  readonly next: number | null;
  readonly range: { readonly firstOpenTimeMs: number; readonly lastOpenTimeMs: number } | null;
}

/** Where a job's candles come from. */
export interface CandleClient {
  /**
   * Candles of every symbol of the job in its window, the newest ones where they are very many.
   * @throws TransientError while the market analyst does not answer; PermanentError when it refuses.
   */
  fetch(plan: JobPlan): Promise<CandleSeries[]>;
}

export function candleClient(http: AgentHttpClient): CandleClient {
  return {
    async fetch(plan) {
      const series: CandleSeries[] = [];
      for (const symbol of plan.symbols) series.push({ symbol, candles: await fetchSymbol(http, plan, symbol) });
      return series;
    },
  };
}

async function fetchSymbol(http: AgentHttpClient, plan: JobPlan, symbol: string): Promise<DecimalCandle[]> {
  const ask = async (extra: Readonly<Record<string, number>>) => {
    const { source, timeframe } = plan;
    const query = new URLSearchParams({ source, timeframe, symbol });
    for (const [name, value] of Object.entries(extra)) query.set(name, String(value));
    const path = `/analysis/candles?${query.toString()}`;
    return (await http.call<CandlePage>({ agent: 'market-analyst', method: 'GET', path, traceId: plan.traceId })).body;
  };
  const { range } = await ask({ limit: 1 });
  if (range === null) return [];
  const stepMs = timeframeMs(plan.timeframe);
  const toMs = Math.min(plan.window?.toMs ?? Number.MAX_SAFE_INTEGER, range.lastOpenTimeMs + stepMs);
  const fromMs = Math.max(plan.window?.fromMs ?? 0, toMs - MOST_CANDLES * stepMs, 0);
  const candles: DecimalCandle[] = [];
  for (let after: number | null = Math.max(fromMs - 1, 0); after !== null && toMs > fromMs;) {
    const page: CandlePage = await ask({ fromMs, toMs, limit: PAGE, ...(candles.length === 0 ? {} : { after }) });
    for (const row of page.candles) candles.push(candleOf(row));
    after = page.next;
  }
  return candles;
}

function candleOf(row: readonly [number, ...unknown[]]): DecimalCandle {
  const [openTimeMs, open, high, low, close, volume] = row;
  return {
    openTimeMs,
    open: decimalOf(open),
    high: decimalOf(high),
    low: decimalOf(low),
    close: decimalOf(close),
    volume: decimalOf(volume),
  };
}

function decimalOf(value: unknown): string {
  if (typeof value === 'string' && isPlainDecimal(value)) return value;
  throw new PermanentError(`candle of market-analyst: expected a decimal string, was ${JSON.stringify(value)}`, {
    code: 'bad_candle',
  });
}
