import { PermanentError } from '@octant/platform/errors/errors';
import type { Operation, Operations } from '@octant/platform/http/operation';
import { checkCandle, type DecimalCandle } from '@octant/trading/market/candle';
import { isAligned } from '@octant/trading/market/timeframe';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { CandleArchive, CandleStore, ReplaceResult, Series, StoreResult } from '../adapters/candle-store.js';
import type { Settings } from '../config.js';
import { listedSymbol } from './listed-symbol.js';
import { readCandles } from './read-candles.js';

const DEFAULT_PAGE = 1000;

export interface CandleRoutePorts {
  readonly candles: CandleStore & CandleArchive;
  readonly settings: () => Settings;
  /** Source under which a data source's candles are stored. */
  readonly storedAs: (source: string) => Promise<string>;
  /** New candles of the series were stored, the first of them opening at `fromMs`. */
  readonly onStored: (series: Series, fromMs: number) => void;
}

interface IngestBody {
  readonly source?: string;
  readonly symbol: string;
  readonly timeframe: TimeframeName;
  readonly candles: readonly (readonly unknown[])[];
  /** Also in place of candles with other values. */
  readonly replace?: boolean;
}

interface CandlesQuery {
  readonly source?: string;
  readonly symbol: string;
  readonly timeframe?: TimeframeName;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly after?: number;
  readonly limit?: number;
}

export function candleOperations(ports: CandleRoutePorts): Operations {
  return { ingestCandles: ingestCandles(ports), listCandles: listCandles(ports), listSeries: listSeries(ports) };
}

function ingestCandles({ candles: store, settings, onStored }: CandleRoutePorts): Operation {
  return async ({ body }) => {
    const { source = 'replay', symbol: text, timeframe, candles: rows, replace = false } = body as IngestBody;
    const { ingestMaxCandles, markets } = settings();
    if (rows.length > ingestMaxCandles) {
      throw new PermanentError(
        `candles: expected at most ${String(ingestMaxCandles)} a request, was ${String(rows.length)}`,
        { code: 'too_many_candles', status: 413 },
      );
    }
    const series = { source, symbol: listedSymbol(text, markets), timeframe };
    const candles = parseRows(rows, timeframe);
    const result: StoreResult & Partial<ReplaceResult> = await (replace
      ? store.replace(series, candles)
      : store.insert(series, candles));
    const [first] = candles;
    if (result.stored + (result.replaced ?? 0) > 0 && first !== undefined) onStored(series, first.openTimeMs);
    return { status: 200, body: result };
  };
}

function listCandles({ candles, settings, storedAs }: CandleRoutePorts): Operation {
  return async ({ query }) => {
    const asked = query as unknown as CandlesQuery;
    const { defaults, markets } = settings();
    const { source = defaults.source, timeframe = defaults.timeframe, limit = DEFAULT_PAGE } = asked;
    const symbol = listedSymbol(asked.symbol, markets);
    const series = { source: await storedAs(source), symbol, timeframe };
    const afterMs = Math.max((asked.fromMs ?? 0) - 1, asked.after ?? -1);
    const beforeMs = asked.toMs ?? Number.MAX_SAFE_INTEGER;
    const { candles: shown, next, range } = await readCandles(candles, series, { afterMs, beforeMs, limit });
    return {
      status: 200,
      body: { source, symbol, timeframe, candles: shown.map(rowOf), next, range },
    };
  };
}

function listSeries({ candles }: CandleRoutePorts): Operation {
  return async () => ({ status: 200, body: { series: await candles.summarize() } });
}

/** @throws PermanentError `invalid_candle` (400) naming the first unsound one by index and reason. */
function parseRows(rows: readonly (readonly unknown[])[], timeframe: TimeframeName): DecimalCandle[] {
  let previousMs = -1;
  return rows.map((row, index) => {
    const [openTimeMs, ...values] = row;
    const refuse = (reason: string) => {
      const message = `candles[${String(index)}]: ${reason}`;
      return new PermanentError(message, { code: 'invalid_candle', details: { index, reason } });
    };
    if (typeof openTimeMs !== 'number' || !isAligned(openTimeMs, timeframe) || openTimeMs < 0) {
      throw refuse(
        `openTimeMs: expected the open of a ${timeframe} candle in epoch ms, was ${JSON.stringify(openTimeMs)}`,
      );
    }
    if (openTimeMs <= previousMs) {
      throw refuse(`openTimeMs: expected a time after ${String(previousMs)}, was ${String(openTimeMs)}`);
    }
    previousMs = openTimeMs;
    const text = values.find((value) => typeof value !== 'string');
    if (text !== undefined)
      throw refuse(`expected five decimal strings after the time, was ${JSON.stringify(text)} among them`);
    const [open = '', high = '', low = '', close = '', volume = ''] = values as string[];
    const candle = { openTimeMs, open, high, low, close, volume };
    const fault = checkCandle(candle);
    if (fault !== undefined) throw refuse(fault);
    return candle;
  });
}

function rowOf({ openTimeMs, open, high, low, close, volume }: DecimalCandle) {
  return [openTimeMs, open, high, low, close, volume];
}
