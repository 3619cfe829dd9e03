import { countMissing, findGaps, type CandleGap } from '@octant/trading/market/find-gaps';
import { timeframeMs } from '@octant/trading/market/timeframe';
import { chooseSymbol } from '../desk/desk-config.js';
import { InputError } from '../interruption.js';
import { showCount } from '../screen/count-progress.js';
import { formatCount, formatTime } from '../screen/format.js';
import type { CandleDepot } from './candle-depot.js';
import type { FetchFlags } from './command-line.js';
import type { DataContext, DataResult } from './data-context.js';
import { depotSink } from './depot-sink.js';
import { fetchRange, type CandleSink, type CandleVenue, type FetchedRange, type FetchTask } from './fetch-range.js';
import { FileSink } from './file-sink.js';
import { openDepot } from './open-depot.js';
import { asVenueError, openVenue } from './open-venue.js';

const SHOWN_GAPS = 5;

export interface SymbolFetch extends FetchTask, FetchedRange {
  /** Where they are: the file, or the source that they are stored under. */
  readonly into: string;
  /** Candles that were there before. */
  readonly there: number;
  readonly gaps: { readonly count: number; readonly missing: number; readonly first: readonly CandleGap[] };
  readonly interrupted: boolean;
}

/** `fetch`: public candles of an exchange, symbol by symbol. */
export async function fetchCandles(flags: FetchFlags, context: DataContext): Promise<DataResult> {
  const symbols = [...new Set(flags.symbol.map((text) => chooseSymbol(text, context.config)))];
  const range = rangeOf(flags, Date.now());
  const { files, env, signal } = context;
  const id = flags.exchange.toLowerCase();
  const apiUrl = env[`${id.toUpperCase()}_API_URL`];
  const venue = await openVenue({ root: files.root, id, timeframe: flags.timeframe, apiUrl });
  const openSink = await sinkOpener(flags, context);
  const done: SymbolFetch[] = [];
  for (const symbol of symbols) {
    if (signal.aborted) break;
    const task = { symbol, timeframe: flags.timeframe, ...range };
    const { sink, into, close } = await openSink(symbol);
    try {
      done.push(await fetchSymbol(task, { venue, sink, into, context }));
    } finally {
      await close();
    }
  }
  return { json: { exchange: id, symbols: done }, text: done.map(renderFetch).join('\n'), ok: true };
}

/** The range on the grid, up to the last candle that has closed. @throws InputError when nothing has closed in it. */
function rangeOf({ timeframe, from, to }: FetchFlags, nowMs: number): { fromMs: number; toMs: number } {
  const step = timeframeMs(timeframe);
  const fromMs = Math.ceil(from / step) * step;
  const formingMs = Math.floor(nowMs / step) * step;
  const toMs = Math.min(formingMs, to === undefined ? formingMs : Math.ceil(to / step) * step);
  if (fromMs < toMs) return { fromMs, toMs };
  const times = `${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
  throw new InputError(`--from: expected at least one closed ${timeframe} candle after it, was none from ${times}`);
}

interface OpenSink {
  readonly sink: CandleSink;
  readonly into: string;
  readonly close: () => Promise<void>;
}

async function sinkOpener(flags: FetchFlags, context: DataContext): Promise<(symbol: string) => Promise<OpenSink>> {
  const { out, timeframe, exchange } = flags;
  if (out !== undefined) {
    return async () => {
      const sink = await FileSink.open(out, timeframe);
      return { sink, into: out, close: () => sink.close() };
    };
  }
  const source = flags.source ?? exchange.toLowerCase();
  const depot: CandleDepot = await openDepot(flags, context);
  return (symbol) =>
    Promise.resolve({
      sink: depotSink(depot, { source, symbol, timeframe }),
      into: `source ${source}`,
      close: () => Promise.resolve(),
    });
}

interface SymbolParts {
  readonly venue: CandleVenue;
  readonly sink: CandleSink;
  readonly into: string;
  readonly context: DataContext;
}

async function fetchSymbol(task: FetchTask, { venue, sink, into, context }: SymbolParts): Promise<SymbolFetch> {
  const { fromMs, toMs, timeframe } = task;
  const there = (await sink.knownTimes(fromMs, toMs)).length;
  const total = (toMs - fromMs) / timeframeMs(timeframe) - there;
  const label = `${task.symbol} ${timeframe}`;
  const progress = showCount({ total, unit: 'candles', label }, context);
  const { signal, say } = context;
  try {
    const fetched = await fetchRange(task, {
      venue,
      sink,
      signal,
      say,
      now: Date.now,
      onProgress: (done) => {
        progress.update(done);
      },
    });
    const gaps = findGaps(await sink.knownTimes(fromMs, toMs), { timeframe, fromMs, toMs });
    const counted = { count: gaps.length, missing: countMissing(gaps), first: gaps.slice(0, SHOWN_GAPS) };
    return { ...task, ...fetched, into, there, gaps: counted, interrupted: signal.aborted };
  } catch (error) {
    throw asVenueError(error);
  } finally {
    progress.stop();
  }
}

function renderFetch(one: SymbolFetch): string {
  const { symbol, timeframe, into, fetched, there, requests, gaps } = one;
  const counts = `${formatCount(fetched)} fetched with ${formatCount(requests)} requests, ${formatCount(there)} were there`;
  const lines = [`${symbol} ${timeframe}, ${into}: ${counts}`];
  if (one.interrupted) lines.push('  interrupted: what was fetched is kept, and the same command goes on');
  if (gaps.missing > 0) lines.push(`  ${formatCount(gaps.missing)} candles missing in ${formatCount(gaps.count)} gaps`);
  for (const { fromMs, toMs, missing } of gaps.first) {
    lines.push(`    ${formatTime(fromMs)} to ${formatTime(toMs)}: ${formatCount(missing)}`);
  }
  if (gaps.count > gaps.first.length) lines.push(`    and ${formatCount(gaps.count - gaps.first.length)} more`);
  if (one.refused > 0) lines.push(`  ${formatCount(one.refused)} candles of the exchange refused as unsound`);
  for (const refusal of one.refusals) lines.push(`    ${refusal}`);
  return lines.join('\n');
}
