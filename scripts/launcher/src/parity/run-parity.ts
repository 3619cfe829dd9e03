import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '@octant/trading/backtest/report';
import { runBacktest } from '@octant/trading/backtest/run-backtest';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { simulateCandles } from '@octant/trading/market/simulated-market';
import { planBacktest } from '../backtest/plan-backtest.js';
import { readDeskConfig } from '../desk/desk-config.js';
import { readSeries } from '../replay/read-series.js';
import type { ParityFlags } from './command-line.js';
import { firstDifference, type Difference } from './first-difference.js';

/** One strategy in one mode. */
export interface ParityRow {
  readonly strategy: string;
  readonly mode: string;
  readonly candles: number;
  readonly fills: number;
  readonly finalEquityQuote: string;
  readonly replayFinalEquityQuote: string;
  /** Absent: backtest and replay are equal. */
  readonly difference?: Difference;
  readonly backtestMs: number;
  readonly replayMs: number;
}

/** What `--json` gives. */
export interface ParityReport {
  readonly ok: boolean;
  readonly rows: readonly ParityRow[];
}

export interface ParityContext {
  readonly configSource: string;
  /** Folder for candle files. */
  readonly home: string;
  readonly replay: (request: ReplayRequest) => Promise<Report>;
  readonly say: (line: string) => void;
}

export interface ReplayRequest {
  readonly files: readonly string[];
  readonly symbols: readonly string[];
  readonly timeframe: string;
  readonly strategy: string;
  readonly mode: string;
}

const REPLAYED_PER_SECOND = 170;

/** Runs the matrix, one replay after the other. @throws InputError for a strategy or a file that cannot be used. */
export async function runParity(flags: ParityFlags, context: ParityContext): Promise<ParityReport> {
  const { configSource, say } = context;
  const config = readDeskConfig(configSource);
  const strategies = flags.strategies ?? config.strategies.filter(({ enabled }) => enabled).map(({ name }) => name);
  const data = writeCandles(flags, context);
  const total = data.candles * strategies.length * flags.modes.length;
  const minutes = Math.ceil(total / REPLAYED_PER_SECOND / 60);
  say(`${strategies.length * flags.modes.length} replays of ${data.candles} candles: about ${minutes} min`);
  const rows: ParityRow[] = [];
  for (const strategy of strategies) {
    const { input } = await planBacktest(
      { data: data.files, symbol: data.symbols, timeframe: flags.timeframe ?? '1h', strategy },
      configSource,
    );
    const startedAt = performance.now();
    const expected = runBacktest(input);
    const backtestMs = Math.round(performance.now() - startedAt);
    for (const mode of flags.modes) {
      say(`${strategy}, ${mode} …`);
      const was = await context.replay({ ...data, timeframe: input.timeframe, strategy, mode });
      const row = rowOf(expected, was, { strategy: input.strategy.name, mode, backtestMs });
      say(`${strategy}, ${mode}: ${row.difference === undefined ? 'equal' : `differs at ${row.difference.path}`}`);
      rows.push(row);
    }
  }
  return { ok: rows.every(({ difference }) => difference === undefined), rows };
}

function rowOf(expected: Report, was: Report, row: Pick<ParityRow, 'strategy' | 'mode' | 'backtestMs'>): ParityRow {
  const difference = firstDifference(comparable(expected), comparable(was));
  return {
    ...row,
    candles: expected.candles,
    fills: expected.fills,
    finalEquityQuote: expected.finalEquityQuote,
    replayFinalEquityQuote: was.finalEquityQuote,
    replayMs: was.wallMs,
    ...(difference === undefined ? {} : { difference }),
  };
}

/** The report as JSON has it, without what depends on the run: wall time and answered redeliveries. */
function comparable(report: Report): unknown {
  const { wallMs: _wall, duplicatesSuppressed: _suppressed, ...rest } = report;
  return JSON.parse(JSON.stringify(rest));
}

interface ParityData {
  readonly files: readonly string[];
  readonly symbols: readonly string[];
  /** Of all files. */
  readonly candles: number;
}

/** Both sides read the same files: the first `--candles` of those that were given, or of the simulated market. */
function writeCandles(flags: ParityFlags, { configSource, home }: ParityContext): ParityData {
  mkdirSync(home, { recursive: true });
  const series = seriesOf(flags, configSource).map(({ symbol, candles }) => ({
    symbol,
    candles: candles.slice(0, flags.candles),
  }));
  const files = series.map(({ symbol, candles }) => {
    const file = join(home, `parity-${symbol}.csv`);
    writeFileSync(file, csvOf(candles));
    return file;
  });
  const count = series.reduce((sum, { candles }) => sum + candles.length, 0);
  return { files, symbols: series.map(({ symbol }) => symbol), candles: count };
}

function seriesOf(
  flags: ParityFlags,
  configSource: string,
): readonly { symbol: string; candles: readonly DecimalCandle[] }[] {
  const timeframe = flags.timeframe ?? '1h';
  if (flags.data === undefined) {
    const symbol = 'BTC-USDT';
    const source = simulateCandles({ seed: flags.seed, symbol, timeframe, startMs: Date.UTC(2021, 0, 1) });
    return [{ symbol, candles: Array.from({ length: flags.candles }, (): DecimalCandle => source.next().value) }];
  }
  const { data: files, symbol: symbols = [], from: fromMs, to: toMs } = flags;
  return readSeries({ files, symbols, timeframe, fromMs, toMs }, readDeskConfig(configSource));
}

function csvOf(candles: readonly DecimalCandle[]): string {
  const rows = candles.map(({ openTimeMs, open, high, low, close, volume }) =>
    [openTimeMs, open, high, low, close, volume].join(','),
  );
  return `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`;
}
