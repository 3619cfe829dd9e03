import { PermanentError } from '@octant/platform/errors/errors';
import type { Operation, Operations } from '@octant/platform/http/operation';
import type { StrategyConfig } from '@octant/trading/config/strategy-config';
import { closeTimeMs, timeframeMs } from '@octant/trading/market/timeframe';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { parametersOf, strategyOf } from '@octant/trading/strategies/registry';
import type { CandleStore, Series } from '../adapters/candle-store.js';
import type { Settings } from '../config.js';
import { assertListed, getStrategyConfig } from '../feeds/build-feed-spec.js';
import type { Analyst, AnalysisRequest } from '../signals/analyst.js';
import { evaluateOnce, type Verdict } from '../signals/evaluators.js';
import type { LastSignals } from '../signals/last-signals.js';
import { listedSymbol } from './listed-symbol.js';

const LEAST_PREVIEW_CANDLES = 500;

export interface SignalRoutePorts {
  readonly candles: Pick<CandleStore, 'readLatest' | 'findBounds'>;
  readonly analyst: Pick<Analyst, 'analyze'>;
  readonly signals: Pick<LastSignals, 'find'>;
  readonly settings: () => Settings;
  /** Source under which a data source's candles are stored. */
  readonly storedAs: (source: string) => Promise<string>;
}

interface Subject {
  readonly symbol: string;
  readonly strategy: StrategyConfig;
  readonly timeframe: TimeframeName;
  readonly source: string;
}

interface SubjectQuery {
  readonly symbol?: string;
  readonly strategy?: string;
  readonly timeframe?: TimeframeName;
  readonly source?: string;
}

type AnalyzeBody = SubjectQuery & Partial<Omit<AnalysisRequest, 'symbol' | 'strategy' | 'timeframe' | 'source'>>;

export function signalOperations(ports: SignalRoutePorts): Operations {
  return { getSignal: getSignal(ports), analyzeSymbol: analyzeSymbol(ports) };
}

function getSignal(ports: SignalRoutePorts): Operation {
  return async ({ query }) => {
    const { symbol, strategy, timeframe, source } = subjectOf(query, ports.settings());
    const key = { symbol, strategy: strategy.name, timeframe, source };
    const series = { source: await ports.storedAs(source), symbol, timeframe };
    const [last, candles] = await Promise.all([
      ports.signals.find(key),
      ports.candles.readLatest(series, previewCandles(strategy)),
    ]);
    const preview = evaluateOnce(strategy, candles, timeframeMs(timeframe));
    return {
      status: 200,
      body: {
        ...key,
        last: last ?? null,
        preview: preview === undefined ? null : { ...preview, candles: candles.length },
      },
    };
  };
}

function analyzeSymbol(ports: SignalRoutePorts): Operation {
  return async ({ body, requestId: httpRequestId, idempotencyKey }) => {
    const asked = body as AnalyzeBody;
    const { symbol, strategy, timeframe, source } = subjectOf(asked, ports.settings());
    const { sessionId = '', historyFromMs, closeTimeMs: askedCloseMs } = asked;
    const requestId = asked.requestId ?? idempotencyKey ?? httpRequestId;
    const subject = { requestId, symbol, strategy: strategy.name, timeframe };
    if (sessionId !== '' && historyFromMs !== undefined && askedCloseMs !== undefined) {
      const request = { ...subject, sessionId, source, historyFromMs, closeTimeMs: askedCloseMs };
      return reply(subject, await ports.analyst.analyze(request));
    }
    const stored = await ports.storedAs(source);
    const closeMs = askedCloseMs ?? (await latestCloseMs(ports, { source: stored, symbol, timeframe }));
    const fromMs = historyFromMs ?? closeMs - previewCandles(strategy) * timeframeMs(timeframe);
    const request = { ...subject, sessionId, source: stored, historyFromMs: fromMs, closeTimeMs: closeMs };
    return reply(subject, await ports.analyst.analyze(request));
  };
}

function reply(
  subject: { requestId: string; symbol: string; strategy: string; timeframe: TimeframeName },
  verdict: Verdict,
) {
  return { status: 200, body: { ...subject, ...verdict } };
}

function subjectOf(asked: SubjectQuery, settings: Settings): Subject {
  const { defaults, markets } = settings;
  const strategy = getStrategyConfig(settings, asked.strategy ?? defaults.strategy);
  const symbol = listedSymbol(asked.symbol ?? strategy.symbols[0] ?? '', markets);
  assertListed(strategy, [symbol], settings);
  return {
    symbol,
    strategy,
    timeframe: asked.timeframe ?? defaults.timeframe,
    source: asked.source ?? defaults.source,
  };
}

/** Enough that every indicator is warm. */
function previewCandles(strategy: StrategyConfig): number {
  return Math.max(LEAST_PREVIEW_CANDLES, 2 * strategyOf(strategy).warmup(parametersOf(strategy)));
}

async function latestCloseMs(ports: SignalRoutePorts, series: Series): Promise<number> {
  const bounds = await ports.candles.findBounds(series);
  if (bounds !== undefined) return closeTimeMs(bounds.lastOpenTimeMs, series.timeframe);
  throw new PermanentError(
    `expected stored ${series.timeframe} candles of ${series.symbol} from ${series.source}, was none`,
    { code: 'no_candles', status: 404 },
  );
}
