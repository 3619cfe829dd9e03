import { createHash } from 'node:crypto';
import { PermanentError } from '@octant/platform/errors/errors';
import { findUnlistedSymbol } from '@octant/trading/config/strategies-by-name';
import type { StrategyConfig } from '@octant/trading/config/strategy-config';
import { resolveSymbol, UnknownSymbolError } from '@octant/trading/market/symbol';
import { timeframeName, type TimeframeName } from '@octant/trading/messages/envelope';
import type { Settings } from '../config.js';
import type { JobPlan } from './job.js';

/** What a request asks for; what it leaves out is the desk's own. */
export interface JobRequest {
  readonly requestId: string;
  readonly traceId: string;
  readonly strategy?: string | undefined;
  readonly symbols?: readonly string[] | undefined;
  readonly window?: { readonly from: string; readonly to: string } | undefined;
  readonly source?: unknown;
  readonly timeframe?: unknown;
  readonly reason?: string | undefined;
}

/**
 * Fills a request up with the desk's defaults; the job's id is a function of the request's.
 * @throws PermanentError for an unknown strategy or symbol, one that the strategy does not list, a strategy without a
 * search space, or an empty window.
 */
export function planJob(request: JobRequest, settings: Settings): JobPlan {
  const { orchestrator } = settings;
  const strategy = getStrategyConfig(settings, request.strategy ?? orchestrator.strategy);
  if (Object.keys(strategy.search_space).length === 0) {
    throw new PermanentError(`strategy ${strategy.name}: expected a search_space in its YAML, was none`, {
      code: 'no_search_space',
    });
  }
  const named = request.symbols ?? orchestrator.symbols;
  const symbols = [...new Set(named.map((symbol) => listed(symbol, settings)))];
  const unlisted = findUnlistedSymbol(strategy, symbols, marketsOf(settings));
  if (unlisted !== undefined) throw new PermanentError(`symbols: ${unlisted}`, { code: 'unlisted_symbol' });
  return {
    jobId: `opt-${createHash('sha256').update(request.requestId).digest('hex').slice(0, 20)}`,
    requestId: request.requestId,
    traceId: request.traceId,
    strategy: strategy.name,
    symbols,
    source: typeof request.source === 'string' && request.source !== '' ? request.source : orchestrator.datasource,
    timeframe: timeframeOf(request.timeframe) ?? orchestrator.timeframe,
    window: request.window === undefined ? undefined : windowOf(request.window),
    reason: request.reason ?? 'manual',
  };
}

/** @throws PermanentError `unknown_strategy` (404) naming the ones that there are. */
export function getStrategyConfig(settings: Settings, name: string): StrategyConfig {
  const strategy = settings.strategies.get(name);
  if (strategy !== undefined) return strategy;
  const known = [...settings.strategies.keys()].join(', ');
  throw new PermanentError(`strategy: expected one of ${known}, was ${name}`, {
    code: 'unknown_strategy',
    status: 404,
  });
}

function marketsOf({ markets }: Settings): readonly string[] {
  return markets.markets.map((market) => market.symbol);
}

function listed(symbol: string, settings: Settings): string {
  try {
    return resolveSymbol(symbol, marketsOf(settings));
  } catch (error) {
    if (!(error instanceof UnknownSymbolError)) throw error;
    throw new PermanentError(`symbols: ${error.message}`, { code: 'unknown_symbol', cause: error });
  }
}

function timeframeOf(value: unknown): TimeframeName | undefined {
  return value === undefined ? undefined : timeframeName.parse(value);
}

function windowOf({ from, to }: { from: string; to: string }) {
  const fromMs = Date.parse(from);
  const toMs = Date.parse(to);
  if (fromMs < toMs) return { fromMs, toMs };
  throw new PermanentError(`window: expected from before to, was ${from} to ${to}`, { code: 'empty_window' });
}
