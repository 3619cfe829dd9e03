import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { report as reportSchema } from '@octant/trading/backtest/report';
import { simulatedCandles } from '@octant/trading/testing/a-backtest';
import { runBacktestJob } from './backtest-job.js';
import { parseBacktestFlags } from './command-line.js';
import { configFolder } from './config-folder.js';
import type { BacktestOutcome } from './execute-backtest.js';

const HEADER = 'timestamp,open,high,low,close,volume';
const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;
const rows = simulatedCandles('BTC-USDT', 1500).map(({ openTimeMs, open, high, low, close, volume }) =>
  [openTimeMs, open, high, low, close, volume].join(','),
);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octant-backtest-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  const text = `${lines.join('\n')}\n`;
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

async function backtest(...argv: string[]): Promise<BacktestOutcome> {
  return runBacktestJob(parseBacktestFlags(argv), { configSource: configFolder() });
}

const sound = (): string => file('BTC-USDT.1h.csv', [HEADER, ...rows]);

describe('a backtest by its command line', () => {
  it('takes the symbol from the file name, the defaults from config/, and gives the report of a replay', async () => {
    const { report, files, title } = await backtest('--data', sound());
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report.candles).toBe(1500);
    expect(title).toBe('Backtest of BTC-USDT 1h, momentum');
    expect(files).toMatchObject([{ name: 'BTC-USDT.1h.csv', symbol: 'BTC-USDT', candles: 1500, gaps: 0, missing: 0 }]);
    expect(files[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives the i-th symbol to the i-th file, and takes gzip', async () => {
    const [one, two] = [file('a.csv.gz', [HEADER, ...rows]), file('b.csv', [HEADER, ...rows])];
    const { files } = await backtest('--data', one, two, '--symbol', 'ETH/USDT', 'BTCUSDT');
    expect(files.map(({ name, symbol }) => [name, symbol])).toEqual([
      ['a.csv.gz', 'ETH-USDT'],
      ['b.csv', 'BTC-USDT'],
    ]);
  });

  it('writes the report as JSON', async () => {
    const path = join(folder, 'report.json');
    const { report } = await backtest('--data', sound(), '--json', path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(report);
  });

  it('charges the fees and the slippage of the flags', async () => {
    const free = await backtest('--data', sound(), '--fees-bps', '0', '--slippage-bps', '0');
    const dear = await backtest('--data', sound(), '--fees-bps', '100', '--slippage-bps', '50');
    expect([free.report.feesQuote, free.costs.slippageQuote]).toEqual(['0', 0]);
    expect(Number(dear.report.feesQuote)).toBeCloseTo(dear.costs.turnoverQuote / 100, 6);
    expect(dear.costs.slippageQuote).toBeGreaterThan(0);
    expect(Number(dear.report.finalEquityQuote)).toBeLessThan(Number(free.report.finalEquityQuote));
  });

  it('trades from --from inclusive to --to exclusive', async () => {
    const times = ['--from', '2024-01-02', '--to', '2024-01-12'];
    expect((await backtest('--data', sound(), ...times)).files).toMatchObject([
      { candles: 240, firstOpenMs: Date.UTC(2024, 0, 2), lastOpenMs: Date.UTC(2024, 0, 12) - HOUR_MS },
    ]);
  });

  it('computes the statistics as another tool when asked to', async () => {
    const ours = await backtest('--data', sound());
    const theirs = await backtest('--data', sound(), '--profile', 'empyrical');
    expect({ ...theirs.report, statistics: null, wallMs: 0 }).toEqual({ ...ours.report, statistics: null, wallMs: 0 });
    expect(theirs.report.statistics.winRate).toEqual({ value: null, n: 0 });
    expect(theirs.report.statistics.maxDrawdownRatio.value).toBeLessThan(0);
  });

  it('looks into candles with shorter ones, and says how often they were of use', async () => {
    const shorter = file('BTC-USDT.30m.csv', [
      HEADER,
      ...simulatedCandles('BTC-USDT', 1500).flatMap(({ openTimeMs, open, high, low, close, volume }) => [
        [openTimeMs, open, high, low, close, volume].join(','),
        [openTimeMs + HOUR_MS / 2, close, close, close, close, '0'].join(','),
      ]),
    ]);
    const plain = await backtest('--data', sound(), '--strategy', 'rsi_pullback');
    const outcome = await backtest('--data', sound(), '--strategy', 'rsi_pullback', '--finer', shorter);
    expect(plain.finerUse).toBeUndefined();
    expect(outcome.finerUse?.used).toBeGreaterThan(0);
    expect(outcome.finerUse).toMatchObject({ absent: 0, differing: 0 });
    // The first half of each hour is the hour itself, so that all is the same but the instants.
    const times = ({ report: { trades } }: BacktestOutcome) => trades.map(({ side, price, qty }) => [side, price, qty]);
    expect(times(outcome)).toEqual(times(plain));
    expect(outcome.report.finalEquityQuote).toBe(plain.report.finalEquityQuote);
  });

  it('states and counts gaps instead of filling them', async () => {
    const gapped = file('BTC-USDT.gap.csv', [
      HEADER,
      ...rows.filter((_, at) => at !== 100 && at !== 101 && at !== 300),
    ]);
    expect((await backtest('--data', gapped)).files).toMatchObject([{ candles: 1497, gaps: 2, missing: 3 }]);
  });
});

describe('bad input of a backtest is named', () => {
  const row = (hour: number, fields = '1,2,1,1,5'): string => `${String(START_MS + hour * HOUR_MS)},${fields}`;
  it.each<[rule: string, lines: string[], message: string]>([
    ['a missing column', ['timestamp,open,high,low,close', row(0, '1,2,1,1')], 'missing column volume'],
    ['a number that is none', [HEADER, row(0, '1,2,1,NaN,5')], ':2: close: expected a number, was "NaN"'],
    ['a time that is there twice', [HEADER, row(0), row(0)], ':3: timestamp: expected each time once'],
    ['a time that goes backwards', [HEADER, row(5), row(1)], ':3: timestamp: expected a time after'],
    ['a price outside the range', [HEADER, row(0, '9,2,1,1,5')], 'open: expected a price within'],
    ['seconds for milliseconds', [HEADER, '1704067200,1,2,1,1,5'], 'which looks like seconds'],
    ['no candle', [HEADER], 'expected at least one candle'],
    ['an empty file', [], 'expected the header'],
    [
      'fewer candles than the warm-up',
      [HEADER, row(0), row(1)],
      'expected at least 51 candles, the warm-up of momentum, was 2',
    ],
  ])('%s', async (...[, lines, message]) => {
    await expect(backtest('--data', file('BTC-USDT.bad.csv', lines))).rejects.toThrow(message);
  });

  const strategy = (fields: string): string =>
    file('strategy.yaml', [`name: momentum\nsymbols: [BTC-USDT]\n${fields}`]);
  it.each<[rule: string, argv: () => string[], message: string]>([
    ['no file', () => ['--data', 'nowhere.csv'], 'nowhere.csv: expected a CSV or CSV.gz file, was nothing'],
    ['no --data', () => [], "required option '--data <file...>' not specified"],
    ['an unknown flag', () => ['--data', sound(), '--speed', '9'], "unknown option '--speed'"],
    ['an unknown strategy', () => ['--data', sound(), '--strategy', 'magic'], 'expected one of'],
    ['a strategy file that is not there', () => ['--data', sound(), '--strategy', './no.yaml'], 'which is not there'],
    [
      'a parameter out of range',
      () => ['--data', sound(), '--strategy', strategy('lookback: 1\nentry_threshold: 1\nexit_threshold: 0')],
      'lookback',
    ],
    [
      'a parameter that is no number',
      () => ['--data', sound(), '--strategy', strategy('lookback: 20\nentry_threshold: high\nexit_threshold: 0')],
      'entry_threshold',
    ],
    [
      'an unknown symbol',
      () => ['--data', sound(), '--symbol', 'BTC-USTD'],
      'expected a listed symbol, was "BTC-USTD"',
    ],
    ['more symbols than files', () => ['--data', sound(), '--symbol', 'BTC-USDT', 'ETH-USDT'], 'at most one a file'],
    [
      'more shorter files than files',
      () => ['--data', sound(), '--finer', sound(), sound()],
      '--finer: expected at most one',
    ],
    [
      'shorter candles that are none',
      () => ['--data', sound(), '--finer', sound()],
      'expected candles shorter than 1h, was 1h',
    ],
    ['the same symbol twice', () => ['--data', sound(), sound()], 'expected a symbol of its own'],
    ['a range without candles', () => ['--data', sound(), '--from', '2030-01-01'], 'between --from and --to'],
    [
      'a range that ends before it begins',
      () => ['--data', sound(), '--from', '2024-01-02', '--to', '2024-01-01'],
      '--from: expected a time before --to',
    ],
    ['another timeframe', () => ['--data', sound(), '--timeframe', '4h'], 'open time of a 4h candle'],
    ['an unknown timeframe', () => ['--data', sound(), '--timeframe', '2h'], '--timeframe'],
    ['fees out of range', () => ['--data', sound(), '--fees-bps', '-1'], 'expected basis points from 0 to 1000'],
    ['an unknown profile', () => ['--data', sound(), '--profile', 'excel'], '--profile'],
  ])('%s', async (...[, argv, message]) => {
    await expect(backtest(...argv())).rejects.toThrow(message);
  });
});
